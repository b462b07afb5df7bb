// Who we are to a server, with where that is known from: its own answer first, then what the credentials were made out to.

import { afterEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { reply, scriptedServer, writeKubeconfig } from './scripted-server.ts';
import type { Answerer, ScriptedServer } from './scripted-server.ts';

const { signal } = new AbortController();
const open: (ScriptedServer | KubeTarget)[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function targetOf(user: object, answer: Answerer): Promise<KubeTarget> {
  const server = await scriptedServer(answer);
  const kube = createKubeTarget({ kubeconfig: await writeKubeconfig(server.url, user) });
  open.push(kube, server);
  return kube;
}

const unserved: Answerer = (_asked, response) =>
  reply(response, 404, { kind: 'Status', code: 404 });

function jwt(claims: object): string {
  return `${encoded({ alg: 'none' })}.${encoded(claims)}.signature`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('who we are', () => {
  it.each(['v1', 'v1beta1', 'v1alpha1'])('is what a SelfSubjectReview %s says', async (version) => {
    const userInfo = { username: 'jane', groups: ['devs'] };
    const kube = await targetOf({ token: 't' }, (asked, response) => {
      const isAsked = asked.path === `/apis/authentication.k8s.io/${version}/selfsubjectreviews`;
      if (isAsked) reply(response, 201, { status: { userInfo } });
      else unserved(asked, response);
    });
    const identity = { user: 'jane', groups: ['devs'], knownFrom: 'server' };
    expect(await kube.account.whoAmI(signal)).toEqual(identity);
  });

  it('is what OpenShift says, where reviews are not served or not allowed', async () => {
    const kube = await targetOf({ token: 't' }, (asked, response) => {
      const isAsked = asked.path === '/apis/user.openshift.io/v1/users/~';
      if (isAsked) reply(response, 200, { metadata: { name: 'jane' }, groups: ['devs'] });
      else reply(response, 403, { kind: 'Status', code: 403 });
    });
    const identity = { user: 'jane', groups: ['devs'], knownFrom: 'server' };
    expect(await kube.account.whoAmI(signal)).toEqual(identity);
  });

  it('is the service account of a token, and nobody’s of another one', async () => {
    const sub = 'system:serviceaccount:ops:drctl';
    const account = await targetOf({ token: jwt({ sub }) }, unserved);
    expect(await account.account.whoAmI(signal)).toMatchObject({ user: sub, knownFrom: 'token' });
    for (const token of [jwt({ sub: 'jane' }), 'opaque', 'a.b.c']) {
      const other = await targetOf({ token }, unserved);
      expect(await other.account.whoAmI(signal)).toBeUndefined();
    }
  });

  it('is whom the kubeconfig acts as', async () => {
    const kube = await targetOf({ token: 't', as: 'jane', 'as-groups': ['devs'] }, unserved);
    const identity = { user: 'jane', groups: ['devs'], knownFrom: 'kubeconfig' };
    expect(await kube.account.whoAmI(signal)).toEqual(identity);
  });

  it('is thrown when the server does not know us at all', async () => {
    const kube = await targetOf({ token: 't' }, (_asked, response) =>
      reply(response, 401, { kind: 'Status', code: 401 }),
    );
    await expect(kube.account.whoAmI(signal)).rejects.toMatchObject({
      code: 'CLIENT_UNAUTHENTICATED',
    });
  });
});

describe('what a client certificate says', () => {
  it('is its common name and its organisations', async () => {
    const authority = await createCertificateAuthority();
    const issued = await authority.issue({
      usages: ['client'],
      user: 'jane',
      groups: ['devs', 'ops'],
    });
    const { identityOfCertificate } = await import('../../../src/adapters/kubernetes/identity.ts');
    expect(identityOfCertificate(issued.cert)).toEqual({
      user: 'jane',
      groups: ['devs', 'ops'],
      knownFrom: 'certificate',
    });
  });
});

describe('what we may do', () => {
  it.each([
    [
      { apiVersion: '*', kind: '*' },
      { group: '*', version: '*', resource: '*' },
    ],
    [
      { apiVersion: 'v1', kind: 'Pod' },
      { group: '', version: 'v1', resource: 'pods' },
    ],
  ])('is asked about %o by the names that RBAC has', async (kind, resource) => {
    const bodies: string[] = [];
    const kube = await targetOf({ token: 't' }, (asked, response) => {
      bodies.push(asked.body);
      reply(response, 201, { status: { allowed: true } });
    });
    expect(await kube.reader.may({ verb: 'list', namespace: 'a', ...kind }, signal)).toBe(true);
    const { spec } = JSON.parse(bodies[0] ?? '') as { spec: object };
    expect(spec).toEqual({ resourceAttributes: { verb: 'list', namespace: 'a', ...resource } });
  });

  it('is asked about a path as such', async () => {
    const kube = await targetOf({ token: 't' }, (asked, response) => {
      const { spec } = JSON.parse(asked.body) as {
        spec: { nonResourceAttributes?: { path?: string } };
      };
      reply(response, 201, { status: { allowed: spec.nonResourceAttributes?.path === '/readyz' } });
    });
    expect(await kube.account.mayGetPath('/readyz', signal)).toBe(true);
    expect(await kube.account.mayGetPath('/metrics', signal)).toBe(false);
  });
});
