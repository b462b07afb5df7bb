/*
 * What the parts of the suite on the ends of objects share: a client, objects to make, and how to wait for an end.
 */
import { expect, vi } from 'vitest';
import { merge, rest, type Connection, type Rest } from '../rest.ts';

export const configMaps = '/api/v1/namespaces/default/configmaps';
export const widgetPath = '/apis/lab.example.com/v1/namespaces/default/widgets';
export const nobody = '00000000-0000-0000-0000-000000000000';
export const hold = 'lab.example.com/hold';
export const within = { timeout: 8_000, interval: 50 };

export interface EndsContext {
  /** Usable once connected. */
  readonly kube: Pick<Rest, 'call' | 'close'>;
  connect(connection: Connection): void;
  /** Creates an object without content and returns its uid, or fails the test with the server's message. */
  create(name: string, meta?: object, path?: string): Promise<string>;
  codeOf(path: string): Promise<number>;
  metadataOf(path: string): Promise<Readonly<Record<string, unknown>>>;
  expectGone(path: string): Promise<void>;
  /** Takes the finalizers off. */
  release(path: string): Promise<void>;
  /** Waits until the collector has certainly looked at everything that was there before. */
  collectorPassed(mark: string): Promise<void>;
}

export function endsContext(): EndsContext {
  let connected: Rest | undefined;
  const kube = (): Rest => {
    if (connected === undefined) throw new Error('the suite has not connected yet');
    return connected;
  };
  const context: EndsContext = {
    kube: {
      call: async (...args) => kube().call(...args),
      close: () => connected?.close(),
    },
    connect: (connection) => {
      connected = rest(connection);
    },
    create: async (name, meta = {}, path = configMaps) => {
      const { code, body } = await kube().call('POST', path, {
        body: { metadata: { name, ...meta } },
      });
      expect([code, body['message']]).toEqual([201, undefined]);
      return body['metadata']?.['uid'] as unknown as string;
    },
    codeOf: async (path) => (await kube().call('GET', path)).code,
    metadataOf: async (path) => {
      const { body } = await kube().call('GET', path);
      return body['metadata'] as unknown as Record<string, unknown>;
    },
    expectGone: async (path) =>
      vi.waitFor(async () => expect(await context.codeOf(path)).toBe(404), within),
    release: async (path) => {
      const body = { metadata: { finalizers: null } };
      const { code } = await kube().call('PATCH', path, { body, contentType: merge });
      expect(code).toBe(200);
    },
    collectorPassed: async (mark) => {
      await context.create(`${mark}-mark`, ownedBy('nobody', nobody));
      await context.expectGone(`${configMaps}/${mark}-mark`);
    },
  };
  return context;
}

/** Metadata with one ConfigMap for an owner. */
export function ownedBy(
  name: string,
  uid: string,
  more: object = {},
): { readonly ownerReferences: readonly object[] } {
  return { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...more }] };
}

export function gadget(name: string, meta: object = {}): object {
  const metadata = { name, ...meta };
  return { apiVersion: 'lab.example.com/v1', kind: 'Widget', metadata, spec: { size: 'S' } };
}
