// Objects in two versions with a webhook between them: the embedded server and a real one are held to the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { textOf } from '../../../src/lab/kube/objects.ts';
import { startRealServer } from '../envtest/real-server.ts';
import { areMissing } from '../envtest/real-servers.ts';
import { gadgets, startGadgetWebhook, type GadgetWebhook } from './gadgets.ts';
import { apply, json, merge, rest, type Answer, type Connection, type Rest } from './rest.ts';
import { startServer } from './start-server.ts';

interface Started {
  readonly connection: Connection;
  close(): Promise<void>;
}

const SERVED_LIMIT_MS = 30_000;
const POLL_MS = 100;
const collection = '/apis/lab.example.com/v1/namespaces/default/gadgets';
const newer = '/apis/lab.example.com/v2/namespaces/default/gadgets';

/** A real server serves a definition a while after it was created. */
async function untilServed(server: Rest): Promise<void> {
  const deadline = Date.now() + SERVED_LIMIT_MS;
  for (;;) {
    const codes = [await server.call('GET', collection), await server.call('GET', newer)];
    if (codes.every(({ code }) => code === 200)) return;
    if (Date.now() > deadline) throw new Error('the definition is not served');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function gadget(name: string, size: string): object {
  return {
    apiVersion: 'lab.example.com/v1',
    kind: 'Gadget',
    metadata: { name },
    spec: { size, replicas: 1 },
  };
}

function applied(size: string): { body: object; contentType: string } {
  return { body: { ...gadget('applied', size), spec: { size } }, contentType: apply };
}

function suite(start: () => Promise<Started>): void {
  let started: Started;
  let webhook: GadgetWebhook;
  let server: Rest;

  beforeAll(async () => {
    const authority = await createCertificateAuthority();
    webhook = await startGadgetWebhook(authority);
    started = await start();
    server = rest(started.connection);
    await server.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: gadgets(webhook.url, authority.cert),
    });
    await untilServed(server);
  });
  afterAll(async () => {
    server.close();
    await started.close();
    await webhook.close();
  });

  const spec = async (path: string): Promise<unknown> =>
    (await server.call('GET', path)).body['spec'];
  const create = async (name: string, size: string): Promise<Answer> =>
    server.call('POST', collection, { body: gadget(name, size) });

  it('what is written in one version is read in both, with the defaults of each', async () => {
    const created = await create('both', 'big');
    expect(created).toMatchObject({
      code: 201,
      body: { apiVersion: 'lab.example.com/v1', spec: { size: 'big', replicas: 1 } },
    });
    expect(await spec(`${collection}/both`)).toEqual({ size: 'big', replicas: 1 });
    expect(await spec(`${newer}/both`)).toEqual({
      dimensions: { size: 'big', unit: 'cm' },
      replicas: 1,
    });
  });

  it('the newer version is the preferred one', async () => {
    const group = await server.call('GET', '/apis/lab.example.com');
    expect(group.body).toMatchObject({ preferredVersion: { version: 'v2' } });
  });

  it('every kind of write works in the version that is not stored', async () => {
    await create('written', 'a');
    const at = `${collection}/written`;
    const body = { spec: { size: 'b' } };
    expect((await server.call('PATCH', at, { body, contentType: merge })).code).toBe(200);
    expect(await spec(at)).toEqual({ size: 'b', replicas: 1 });

    const steps = [{ op: 'replace', path: '/spec/size', value: 'c' }];
    await server.call('PATCH', at, { body: steps, contentType: json });
    expect(await spec(at)).toEqual({ size: 'c', replicas: 1 });

    const { body: current } = await server.call('GET', at);
    await server.call('PUT', at, { body: { ...current, spec: { size: 'd', replicas: 2 } } });
    expect(await spec(at)).toEqual({ size: 'd', replicas: 2 });

    const status = { status: { replicas: 2 } };
    await server.call('PATCH', `${at}/status`, { body: status, contentType: merge });
    const scale = { spec: { replicas: 3 } };
    await server.call('PATCH', `${at}/scale`, { body: scale, contentType: merge });
    expect((await server.call('GET', `${at}/scale`)).body).toMatchObject({
      spec: { replicas: 3 },
      status: { replicas: 2 },
    });
    expect(await spec(`${newer}/written`)).toEqual({
      dimensions: { size: 'd', unit: 'cm' },
      replicas: 3,
    });
  });

  it('server-side apply merges in the version that is applied', async () => {
    const at = `${collection}/applied`;
    expect((await server.call('PATCH', `${at}?fieldManager=one`, applied('a'))).code).toBe(201);
    expect((await server.call('PATCH', `${at}?fieldManager=one`, applied('b'))).code).toBe(200);
    expect(await spec(`${newer}/applied`)).toEqual({ dimensions: { size: 'b', unit: 'cm' } });
  });

  it('a write is validated in its own version', async () => {
    const refused = await create('long', 'far too long a size');
    expect(refused).toMatchObject({ code: 422, body: { reason: 'Invalid' } });
    const patch = { spec: { dimensions: { size: 'far too long a size' } } };
    await create('fine', 'a');
    const at = `${newer}/fine`;
    expect((await server.call('PATCH', at, { body: patch, contentType: merge })).code).toBe(200);
  });

  it('a write that changes nothing is none', async () => {
    const { body: before } = await create('same', 'a');
    const at = `${collection}/same`;
    const { body: after } = await server.call('PATCH', at, {
      body: { spec: { size: 'a' } },
      contentType: merge,
    });
    expect(after['metadata']?.['resourceVersion']).toBe(before['metadata']?.['resourceVersion']);
  });

  it('generated names are made once', async () => {
    const body = { ...gadget('', 'a'), metadata: { generateName: 'made-' } };
    const { code, body: made } = await server.call('POST', collection, { body });
    expect(code).toBe(201);
    const name = textOf(made['metadata']?.['name']);
    const list = await server.call('GET', collection);
    const items = list.body['items'] as unknown as { metadata: { name: string } }[];
    expect(items.filter(({ metadata }) => metadata.name.startsWith('made-'))).toHaveLength(1);
    expect(await spec(`${newer}/${name}`)).toMatchObject({ dimensions: { size: 'a' } });
  });

  it('lists and watches show objects in the version that is asked for, in order', async () => {
    const list = await server.call('GET', collection);
    const items = list.body['items'] as unknown as { apiVersion: string; spec: object }[];
    expect(items.length).toBeGreaterThan(3);
    expect(items.every(({ spec: one }) => 'size' in one && !('dimensions' in one))).toBe(true);

    const version = textOf(list.body['metadata']?.['resourceVersion']);
    await create('watched', 'a');
    const body = { spec: { size: 'b' } };
    await server.call('PATCH', `${collection}/watched`, { body, contentType: merge });
    await server.call('DELETE', `${collection}/watched`);
    const seen = await server.watch(
      `${collection}?watch=true&resourceVersion=${version}&timeoutSeconds=10`,
      (events) => events.at(-1)?.type === 'DELETED',
    );
    expect(seen.map(({ type, object }) => [type, object['apiVersion'], object['spec']])).toEqual([
      ['ADDED', 'lab.example.com/v1', { size: 'a', replicas: 1 }],
      ['MODIFIED', 'lab.example.com/v1', { size: 'b', replicas: 1 }],
      ['DELETED', 'lab.example.com/v1', { size: 'b', replicas: 1 }],
    ]);
  });

  it('a deletion with a finalizer waits, and answers in the version that is asked for', async () => {
    const body = { ...gadget('held', 'a'), metadata: { name: 'held', finalizers: ['a.b/c'] } };
    await server.call('POST', collection, { body });
    const held = await server.call('DELETE', `${collection}/held`);
    expect(held.body).toMatchObject({ spec: { size: 'a' } });
    expect(held.body['metadata']?.['deletionTimestamp']).toBeDefined();
    const release = { metadata: { finalizers: null } };
    await server.call('PATCH', `${newer}/held`, { body: release, contentType: merge });
    expect((await server.call('GET', `${collection}/held`)).code).toBe(404);
  });

  it('what the webhook refuses is not written, and its reason is told', async () => {
    const refused = await create('no', 'refused');
    expect(refused.code).toBe(500);
    expect(textOf(refused.body['message'])).toContain(
      'conversion webhook for lab.example.com/v1, Kind=Gadget failed: no is refused',
    );
    expect((await server.call('GET', `${newer}/no`)).code).toBe(404);
  });
}

describe('the embedded server', () => {
  suite(async () => {
    const { server, connection } = await startServer();
    return { connection, close: async () => server.close() };
  });
});

describe.skipIf(areMissing)('a real kube-apiserver', () => {
  suite(async () => startRealServer());
});
