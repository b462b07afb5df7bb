/*
 * What a server lets a user do who has only the rights that a test gives: the same for the embedded server and a real one.
 */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, merge, rest, type Call, type Connection, type Rest } from './rest.ts';

/** A user of the server, without any rights, and a group of theirs. */
export const limited = { token: 'limited-token', user: 'limited', groups: ['helpers'] };

const START_LIMIT_MS = 180_000;
const LEARNING_LIMIT_MS = 5_000;
const LEARNING_PAUSE_MS = 50;
const group = 'rbac.authorization.k8s.io';
const roles = `/apis/${group}/v1`;
const secrets = '/api/v1/namespaces/default/secrets';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const core = (rule: Omit<Rule, 'apiGroups'>): Rule => ({ apiGroups: [''], ...rule });
const secret = (name: string): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name } });

type Request = readonly [method: string, path: string, call?: Call];

interface Case {
  readonly title: string;
  readonly rules: readonly Rule[];
  readonly allowed?: readonly Request[];
  readonly denied?: readonly Request[];
}

const cases: readonly Case[] = [
  {
    title: 'a name in a rule is for that object, and for a list of that object alone',
    rules: [core({ resources: ['secrets'], resourceNames: ['a'], verbs: ['get', 'list'] })],
    allowed: [
      ['GET', `${secrets}/a`],
      ['GET', `${secrets}?fieldSelector=metadata.name%3Da`],
    ],
    denied: [
      ['GET', `${secrets}/b`],
      ['GET', secrets],
      ['GET', `${secrets}?fieldSelector=metadata.name%3Db`],
      ['GET', '/api/v1/namespaces/kube-system/secrets/a'],
    ],
  },
  {
    title: 'a verb is for itself',
    rules: [core({ resources: ['secrets'], verbs: ['list'] })],
    allowed: [['GET', secrets]],
    denied: [
      ['GET', `${secrets}/a`],
      ['GET', `${secrets}?watch=true&timeoutSeconds=1`],
      ['DELETE', `${secrets}/a`],
    ],
  },
  {
    title: 'a subresource is asked for by its own name',
    rules: [{ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['patch'] }],
    allowed: [
      ['PATCH', `${deployments}/d/scale`, { body: { spec: { replicas: 0 } }, contentType: merge }],
    ],
    denied: [
      ['PATCH', `${deployments}/d`, { body: { spec: { replicas: 0 } }, contentType: merge }],
      ['PATCH', `${deployments}/d/status`, { body: {}, contentType: merge }],
    ],
  },
  {
    title: 'a command in a pod over WebSocket is a GET of pods/exec',
    rules: [core({ resources: ['pods/exec'], verbs: ['create'] })],
    denied: [['GET', '/api/v1/namespaces/default/pods/p/exec?command=ls']],
  },
  {
    title: 'what a POST makes cannot be told by its name',
    rules: [core({ resources: ['secrets'], resourceNames: ['new'], verbs: ['create'] })],
    denied: [['POST', secrets, { body: secret('new') }]],
  },
  {
    title: 'server-side apply of what is not there needs patch and create, by name',
    rules: [
      core({ resources: ['secrets'], resourceNames: ['both', 'patched'], verbs: ['patch'] }),
      core({ resources: ['secrets'], resourceNames: ['both'], verbs: ['create'] }),
    ],
    allowed: [
      ['PATCH', `${secrets}/both?fieldManager=t`, { body: secret('both'), contentType: apply }],
    ],
    denied: [
      [
        'PATCH',
        `${secrets}/patched?fieldManager=t`,
        { body: secret('patched'), contentType: apply },
      ],
    ],
  },
  {
    title: 'a star is every group and every resource, subresources too',
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get'] }],
    allowed: [
      ['GET', `${secrets}/a`],
      ['GET', `${deployments}/d/scale`],
    ],
    denied: [['GET', secrets]],
  },
];

export function describeRbac(
  name: string,
  start: () => Promise<{ readonly connection: Connection; close(): Promise<void> }>,
): void {
  describe(`RBAC: ${name}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let admin: Rest;
    let user: Rest;

    beforeAll(async () => {
      server = await start();
      admin = rest(server.connection);
      user = rest({ ...server.connection, token: limited.token });
      for (const one of ['a', 'b']) await admin.call('POST', secrets, { body: secret(one) });
      const labels = { app: 'd' };
      const containers = [{ name: 'c', image: 'i' }];
      const template = { metadata: { labels }, spec: { containers } };
      const spec = { replicas: 1, selector: { matchLabels: labels }, template };
      await admin.call('POST', deployments, { body: { metadata: { name: 'd' }, spec } });
    }, START_LIMIT_MS);

    afterAll(async () => {
      admin.close();
      user.close();
      await server.close();
    });

    const subjects = [{ apiGroup: group, kind: 'User', name: limited.user }];

    async function made(path: string, body: object): Promise<void> {
      const { code, body: answer } = await admin.call('POST', path, { body });
      expect(code, JSON.stringify(answer)).toBe(201);
    }

    /** In a namespace, until the answer is taken back. */
    async function granted(rules: readonly Rule[], who: readonly object[] = subjects) {
      const place = `${roles}/namespaces/default`;
      const roleRef = { apiGroup: group, kind: 'Role', name: 'r' };
      await made(`${place}/roles`, { metadata: { name: 'r' }, rules });
      await made(`${place}/rolebindings`, { metadata: { name: 'r' }, roleRef, subjects: who });
      return async () => {
        for (const kind of ['rolebindings', 'roles'])
          await admin.call('DELETE', `${place}/${kind}/r`);
      };
    }

    /** As often as it takes: a real server learns of a role by a watch. */
    async function isAllowed([method, path, call]: Request, wanted: boolean): Promise<boolean> {
      const deadline = Date.now() + LEARNING_LIMIT_MS;
      for (;;) {
        const allowed = (await user.call(method, path, call)).code !== 403;
        if (allowed === wanted || Date.now() > deadline) return allowed;
        await setTimeout(LEARNING_PAUSE_MS);
      }
    }

    it('somebody without any role may do nothing but ask about themselves', async () => {
      expect((await user.call('GET', secrets)).code).toBe(403);
      const spec = {
        resourceAttributes: { verb: 'list', resource: 'secrets', namespace: 'default' },
      };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const apiVersion = 'authorization.k8s.io/v1';
      const body = { apiVersion, kind: 'SelfSubjectAccessReview', spec };
      const review = await user.call('POST', path, { body });
      expect(review.body['status']).toMatchObject({ allowed: false });
    });

    it.each(cases)('$title', async ({ rules, allowed = [], denied = [] }) => {
      const takeBack = await granted(rules);
      try {
        for (const request of allowed) expect(await isAllowed(request, true)).toBe(true);
        for (const request of denied) expect(await isAllowed(request, false)).toBe(false);
      } finally {
        await takeBack();
      }
    });

    it('a group is a subject too', async () => {
      const helpers = [{ apiGroup: group, kind: 'Group', name: 'helpers' }];
      const takeBack = await granted([core({ resources: ['secrets'], verbs: ['list'] })], helpers);
      expect(await isAllowed(['GET', secrets], true)).toBe(true);
      await takeBack();
    });

    it('a ClusterRole counts where it is bound: everywhere, or in the namespace of a RoleBinding', async () => {
      const rules = [core({ resources: ['secrets'], verbs: ['list'] })];
      const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'c' };
      const metadata = { name: 'c' };
      const everywhere = '/api/v1/secrets';
      await made(`${roles}/clusterroles`, { metadata, rules });
      await made(`${roles}/namespaces/default/rolebindings`, { metadata, roleRef, subjects });
      expect(await isAllowed(['GET', secrets], true)).toBe(true);
      expect(await isAllowed(['GET', everywhere], false)).toBe(false);
      await made(`${roles}/clusterrolebindings`, { metadata, roleRef, subjects });
      expect(await isAllowed(['GET', everywhere], true)).toBe(true);
    });
  });
}
