// How often a server is asked which kinds it serves, and what is understood of its answers, old and new.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { reply, writeKubeconfig } from './scripted-server.ts';

const { signal } = new AbortController();
const open: { close(): void | Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const kinds = (...names: readonly string[]): object => ({
  resources: names.flatMap((kind) => [
    { name: `${kind.toLowerCase()}s`, kind, namespaced: true, verbs: ['get'] },
    { name: `${kind.toLowerCase()}s/status`, kind, namespaced: true, verbs: ['get'] },
  ]),
});

const aggregated = (name: string, ...versions: readonly object[]): object => ({
  metadata: { name },
  versions,
});
const served = (version: string, kind: string, extra: object = {}): object => ({
  version,
  freshness: 'Current',
  resources: [
    {
      resource: `${kind.toLowerCase()}s`,
      responseKind: { group: '', version: '', kind },
      scope: 'Namespaced',
      verbs: ['get'],
      subresources: [{ subresource: 'status', responseKind: { kind } }],
    },
    { resource: 'onlies', responseKind: null, scope: 'Namespaced', verbs: [] },
  ],
  ...extra,
});

interface Served {
  readonly kube: KubeTarget;
  readonly asked: string[];
  readonly notices: string[];
}

/** `documents`: what is answered to each path; undefined is 404, a number that status. */
async function serverOf(
  documents: (path: string, accept: string) => object | number,
): Promise<Served> {
  const asked: string[] = [];
  const notices: string[] = [];
  const http = createServer((request, response) => {
    asked.push(request.url ?? '');
    const document = documents(request.url ?? '', request.headers.accept ?? '');
    if (typeof document === 'number') reply(response, document, { kind: 'Status', code: document });
    else reply(response, 200, document);
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const kube = createKubeTarget(
    { kubeconfig: await writeKubeconfig(url) },
    { notice: (message) => notices.push(message) },
  );
  open.push(kube, { close: () => new Promise((resolve) => void http.close(() => resolve())) });
  return { kube, asked, notices };
}

const modern = (path: string, accept: string): object | number => {
  if (!accept.includes('as=APIGroupDiscoveryList')) return 404;
  if (path === '/api') {
    return { kind: 'APIGroupDiscoveryList', items: [aggregated('', served('v1', 'Pod'))] };
  }
  if (path !== '/apis') return 404;
  const stale = { version: 'v1', freshness: 'Stale' };
  return {
    kind: 'APIGroupDiscoveryList',
    items: [
      aggregated('apps', served('v1', 'Deployment'), served('v1beta1', 'Deployment')),
      aggregated('metrics.k8s.io', stale),
    ],
  };
};

const old = (path: string): object | number => {
  if (path === '/api/v1') return kinds('Pod');
  if (path === '/apis/apps/v1') return kinds('Deployment');
  if (path === '/apis/apps/v1beta1') return kinds('Deployment', 'Relic');
  if (path === '/apis/metrics.k8s.io/v1') return 503;
  if (path !== '/apis') return 404;
  const versions = ['v1beta1', 'v1'].map((version) => ({ groupVersion: `apps/${version}` }));
  const metrics = { name: 'metrics.k8s.io', versions: [{ groupVersion: 'metrics.k8s.io/v1' }] };
  return {
    kind: 'APIGroupList',
    groups: [{ name: 'apps', versions, preferredVersion: { groupVersion: 'apps/v1' } }, metrics],
  };
};

const names = async (kube: KubeTarget): Promise<string[]> =>
  (await kube.reader.resources(signal)).map((one) => `${one.apiVersion} ${one.kind}`);

describe('discovery', () => {
  it('asks a server that aggregates twice for everything, and then no more', async () => {
    const { kube, asked } = await serverOf((path, accept) =>
      path === '/apis/metrics.k8s.io/v1' ? 503 : modern(path, accept),
    );
    expect(await names(kube)).toEqual(['v1 Pod', 'apps/v1 Deployment']);
    expect(
      await kube.reader.resource({ apiVersion: 'apps/*', kind: 'Deployment' }, signal),
    ).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      plural: 'deployments',
      namespaced: true,
      verbs: ['get'],
    });
    expect(asked.filter((one) => !one.includes('metrics'))).toEqual(['/apis', '/api']);
  });

  it('falls back to one document a version on an old server', async () => {
    const { kube, asked } = await serverOf(old);
    expect(await names(kube)).toEqual(['v1 Pod', 'apps/v1 Deployment', 'apps/v1beta1 Relic']);
    await names(kube);
    expect(asked.filter((one) => !one.includes('metrics')).toSorted()).toEqual([
      '/api/v1',
      '/apis',
      '/apis/apps/v1',
      '/apis/apps/v1beta1',
    ]);
  });

  it.each([
    [
      'aggregated',
      (path: string, accept: string) => (path.includes('metrics') ? 503 : modern(path, accept)),
    ],
    ['one by one', old],
  ])('leaves out, aloud, an API whose backend does not answer (%s)', async (_how, documents) => {
    const { kube, notices } = await serverOf(documents);
    expect(await names(kube)).not.toContain(expect.stringContaining('metrics'));
    expect(notices).toEqual([
      expect.stringContaining('The kinds of metrics.k8s.io/v1 are left out'),
    ]);
  });

  it('asks for a single kind only where it is, and once for all who ask at the same time', async () => {
    const { kube, asked } = await serverOf(old);
    const kind = { apiVersion: 'apps/v1', kind: 'Deployment' };
    await Promise.all([1, 2, 3].map(() => kube.reader.resource(kind, signal)));
    await kube.reader.resource(kind, signal);
    expect(asked).toEqual(['/apis/apps/v1']);
  });

  it('asks again when a kind is not found: its definition may have come meanwhile', async () => {
    let isThere = false;
    const { kube } = await serverOf((path) =>
      path === '/apis/new.io/v1' ? (isThere ? kinds('Thing') : 404) : old(path),
    );
    const kind = { apiVersion: 'new.io/v1', kind: 'Thing' };
    expect(await kube.reader.resource(kind, signal)).toBeUndefined();
    isThere = true;
    expect(await kube.reader.resource(kind, signal)).toMatchObject({ plural: 'things' });
  });

  it('goes on for the others when the one who asked first gives up', async () => {
    let answer: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => (answer = resolve));
    const http = createServer((_request, response) => {
      void waiting.then(() => reply(response, 200, kinds('Pod')));
    });
    await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const kube = createKubeTarget({ kubeconfig: await writeKubeconfig(url) });
    open.push(kube, { close: () => new Promise((resolve) => void http.close(() => resolve())) });
    const controller = new AbortController();
    const kind = { apiVersion: 'v1', kind: 'Pod' };
    const first = kube.reader.resource(kind, controller.signal).catch((error: unknown) => error);
    const second = kube.reader.resource(kind, signal);
    controller.abort(new Error('enough'));
    expect(await first).toEqual(new Error('enough'));
    answer?.();
    expect(await second).toMatchObject({ plural: 'pods' });
  });
});
