// How calls behave when a server answers with errors, restarts, or not at all.

import { afterEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { configMap, reply, scriptedServer, writeKubeconfig } from './scripted-server.ts';
import type { Answerer, ScriptedServer } from './scripted-server.ts';

const { signal } = new AbortController();
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name: 'a' };
const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };
const open: (ScriptedServer | KubeTarget)[] = [];

async function target(answer: Answerer): Promise<{ kube: KubeTarget; server: ScriptedServer }> {
  const server = await scriptedServer(answer);
  const kube = createKubeTarget({ kubeconfig: server.kubeconfig });
  open.push(kube, server);
  return { kube, server };
}

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const policy = "ValidatingAdmissionPolicy 'p' with binding 'b'";

function status(code: number, reason: string, details: object = {}): object {
  return { kind: 'Status', code, reason, message: `said ${reason}`, details };
}

describe('calls to a Kubernetes API server', () => {
  it.each([
    [401, 'Unauthorized', 'CLIENT_UNAUTHENTICATED', false],
    [403, 'Forbidden', 'CLIENT_DENIED', false],
    [404, 'NotFound', 'CLIENT_NOT_FOUND', false],
    [409, 'AlreadyExists', 'CLIENT_CONFLICT', false],
    [409, 'Conflict', 'CLIENT_CONFLICT', true],
    [410, 'Expired', 'CLIENT_EXPIRED', true],
    [400, 'BadRequest', 'CLIENT_INVALID', false],
    [422, 'Invalid', 'CLIENT_INVALID', false],
    [429, 'TooManyRequests', 'CLIENT_THROTTLED', true],
    [500, 'InternalError', 'CLIENT_UNREACHABLE', true],
    [503, 'ServiceUnavailable', 'CLIENT_UNREACHABLE', true],
  ])('classifies %i %s as %s', async (code, reason, expected, retryable) => {
    const { kube, server } = await target((_asked, response) =>
      reply(response, code, status(code, reason)),
    );
    const patched = kube.client.patch(ref, { type: 'merge', patch: {}, signal });
    await expect(patched).rejects.toMatchObject({
      code: expected,
      retryable,
      message: `Cannot patch ConfigMap ns/a on ${server.url}: said ${reason}`,
    });
  });

  it.each([
    [400, 'CLIENT_DENIED', 'admission webhook "v.example.com" denied the request: no'],
    [403, 'CLIENT_DENIED', 'admission webhook "v.example.com" denied the request: no'],
    [422, 'CLIENT_DENIED', 'admission webhook "v.example.com" denied the request: no'],
    [403, 'CLIENT_INVALID', `a is forbidden: ${policy} denied request: failed expression: x`],
    [422, 'CLIENT_INVALID', `a is invalid: : ${policy} denied request: failed expression: x`],
  ])(
    'tells what a policy refuses (%i) from a missing right: %s, %s',
    async (code, kind, message) => {
      const { kube } = await target((_asked, response) =>
        reply(response, code, { kind: 'Status', code, reason: 'Forbidden', message }),
      );
      const patched = kube.client.patch(ref, { type: 'merge', patch: {}, signal });
      await expect(patched).rejects.toMatchObject({
        code: kind,
        retryable: false,
        message: expect.stringContaining(message) as string,
        hint: expect.stringContaining('whoever asks') as string,
      });
    },
  );

  it('names the other field managers of a conflict', async () => {
    const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "helm": .data.k' }];
    const { kube } = await target((_asked, response) =>
      reply(response, 409, status(409, 'Conflict', { causes })),
    );
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'ns' },
    };
    const applied = kube.client.apply(object, { fieldManager: 'drctl', force: false, signal });
    await expect(applied).rejects.toMatchObject({
      code: 'CLIENT_CONFLICT',
      retryable: false,
      message: expect.stringContaining('conflict with "helm": .data.k') as string,
    });
  });

  it('passes on how long a throttling server asks to wait', async () => {
    const { kube } = await target((_asked, response) => {
      response.setHeader('Retry-After', '7');
      reply(response, 429, status(429, 'TooManyRequests'));
    });
    await expect(kube.reader.get(ref, signal)).rejects.toMatchObject({ retryAfterMs: 7_000 });
  });

  it('takes one connection for many calls', async () => {
    const { kube, server } = await target((_asked, response) =>
      reply(response, 200, configMap('a', '1')),
    );
    for (let call = 0; call < 5; call += 1) await kube.reader.get(ref, signal);
    expect(server.asked).toHaveLength(5);
    expect(server.connections()).toBe(1);
  });

  it('sends a read once more when the kept connection was closed just then, but never a write', async () => {
    const seen = new Set<unknown>();
    const { kube, server } = await target((asked, response) => {
      const isReused = seen.has(response.socket);
      seen.add(response.socket);
      if (isReused) response.destroy();
      else reply(response, 200, asked.path === '/version' ? {} : configMap('a', '1'));
    });
    await kube.reader.get(ref, signal);
    expect((await kube.reader.get(ref, signal))?.metadata.name).toBe('a');
    const patched = kube.client.patch(ref, { type: 'merge', patch: {}, signal });
    await expect(patched).rejects.toMatchObject({ code: 'CLIENT_UNREACHABLE', retryable: true });
    expect(server.asked.map((one) => one.method)).toEqual(['GET', 'GET', 'GET', 'PATCH']);
  });

  it('sends what is only tried once more, too: by the method alone it would be a write', async () => {
    const seen = new Set<unknown>();
    const { kube, server } = await target((_asked, response) => {
      const isReused = seen.has(response.socket);
      seen.add(response.socket);
      if (isReused) response.destroy();
      else reply(response, 200, configMap('a', '1'));
    });
    await kube.reader.get(ref, signal);
    const previewed = await kube.reader.previewPatch(ref, { type: 'merge', patch: {}, signal });
    expect(previewed).toMatchObject({ kind: 'accepted', object: { metadata: { name: 'a' } } });
    const [, ...tries] = server.asked;
    expect(tries.map((one) => [one.method, one.query.get('dryRun')])).toEqual([
      ['PATCH', 'All'],
      ['PATCH', 'All'],
    ]);
  });

  it.each([
    [400, 'admission webhook "v.example.com" does not support dry run'],
    [500, 'Internal error occurred: failed calling webhook "v.example.com": connection refused'],
  ])(
    'says that a preview tells nothing where a webhook takes no part in it (%i)',
    async (code, message) => {
      const { kube } = await target((_asked, response) =>
        reply(response, code, { kind: 'Status', code, message }),
      );
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'ns' },
      };
      const told = { kind: 'unknown', because: expect.stringContaining(message) as string };
      expect(await kube.reader.previewCreate(object, signal)).toEqual(told);
      expect(await kube.reader.previewPatch(ref, { type: 'merge', patch: {}, signal })).toEqual(
        told,
      );
      const options = { fieldManager: 'drctl', force: false, signal };
      expect(await kube.reader.preview(object, options)).toEqual(told);
    },
  );

  it('leaves no connection open when it is closed', async () => {
    const { kube, server } = await target((_asked, response) =>
      reply(response, 200, configMap('a', '1')),
    );
    await Promise.all([1, 2, 3].map(() => kube.reader.get(ref, signal)));
    const isOpen = () =>
      new Promise<number>((resolve) => {
        server.http.getConnections((_error, count) => resolve(count));
      });
    expect(await isOpen()).toBeGreaterThan(0);
    kube.close();
    await expect.poll(isOpen).toBe(0);
  });

  it('says that a server that does not listen is unreachable, and that a later try may succeed', async () => {
    const { kube, server } = await target(() => undefined);
    await server.close();
    await expect(kube.reader.version(signal)).rejects.toMatchObject({
      code: 'CLIENT_UNREACHABLE',
      retryable: true,
    });
  });

  it('ends with the reason of the signal when aborted while the server is silent', async () => {
    const { kube } = await target(() => undefined);
    const controller = new AbortController();
    const asking = kube.reader.version(controller.signal);
    controller.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
  });

  it('gives every object of a list once when its position expires between pages', async () => {
    let pages = 0;
    const { kube } = await target((asked, response) => {
      pages += 1;
      const token = asked.query.get('continue');
      if (pages === 2) return reply(response, 410, status(410, 'Expired'));
      const items = token === null ? ['a', 'b'] : ['c'];
      reply(response, 200, {
        metadata: { resourceVersion: '9', ...(token === null ? { continue: 'next' } : {}) },
        items: items.map((name) => configMap(name, '1')),
      });
    });
    const names: string[] = [];
    for await (const one of kube.reader.list(query, signal)) names.push(one.metadata.name);
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it('stops to begin a list anew when its position expires again and again', async () => {
    const { kube } = await target((asked, response) => {
      if (asked.query.get('continue') !== null) return reply(response, 410, status(410, 'Expired'));
      reply(response, 200, { metadata: { continue: 'next' }, items: [] });
    });
    const all = (async () => {
      for await (const one of kube.reader.list(query, signal)) expect(one).toBeUndefined();
    })();
    await expect(all).rejects.toMatchObject({ code: 'CLIENT_EXPIRED' });
  });

  it('names the kind, and the nearest one, when a kind is not served', async () => {
    const { kube } = await target(() => undefined);
    const got = kube.reader.get({ ...ref, kind: 'ConfigMpa' }, signal);
    await expect(got).rejects.toMatchObject({
      code: 'CLIENT_NOT_FOUND',
      hint: expect.stringContaining('Did you mean "ConfigMap"?') as string,
    });
  });

  it('reads a rotated token file again when the server says 401', async () => {
    const { writeFile } = await import('node:fs/promises');
    const server = await scriptedServer((asked, response) => {
      const known = asked.headers.authorization === 'Bearer new';
      if (known) reply(response, 200, { gitVersion: 'v1.31.0' });
      else reply(response, 401, status(401, 'Unauthorized'));
    });
    const tokenFile = `${server.kubeconfig}.token`;
    const kube = createKubeTarget({ kubeconfig: await writeKubeconfig(server.url, { tokenFile }) });
    open.push(kube, server);
    await writeFile(tokenFile, 'old\n');
    await expect(kube.reader.version(signal)).rejects.toMatchObject({
      code: 'CLIENT_UNAUTHENTICATED',
    });
    await writeFile(tokenFile, 'new\n');
    expect(await kube.reader.version(signal)).toBe('v1.31.0');
  });

  it('gives planning an object that cannot write', () => {
    const kube = createKubeTarget({ kubeconfig: '/nowhere' });
    for (const method of ['create', 'apply', 'patch', 'delete', 'exec']) {
      expect(kube.reader).not.toHaveProperty(method);
      expect(kube.client).toHaveProperty(method);
    }
  });
});
