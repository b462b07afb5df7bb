// A world in which something is otherwise than it was read: readers on live servers, with one answer changed on the way.
// So a check is tried against real objects, and no controller puts the fault right again.

import type { DrReaders, EtcdReader, KubeObject, KubeReader } from '../../../src/actions/ports.ts';
import type { BucketReader } from '../../../src/actions/ports.ts';
import { DrctlError } from '../../../src/engine/index.ts';
import type { Json, JsonObject } from '../../../src/engine/index.ts';

export type Alteration = (readers: DrReaders) => DrReaders;

/** undefined: it is not there. */
type Change = (object: KubeObject) => KubeObject | undefined;

function kubeOf(target: string, alter: (kube: KubeReader) => Partial<KubeReader>): Alteration {
  return (readers) => ({
    ...readers,
    kube: async (name) => {
      const kube = await readers.kube(name);
      return name === target ? { ...kube, ...alter(kube) } : kube;
    },
  });
}

/** Every object of the kind that the change is for; it gives back what it leaves alone. */
export function changed(target: string, kind: string, change: Change): Alteration {
  return kubeOf(target, (kube) => ({
    get: async (ref, signal) => {
      const found = await kube.get(ref, signal);
      return found === undefined || ref.kind !== kind ? found : change(found);
    },
    list: async function* list(query, signal) {
      for await (const object of kube.list(query, signal)) {
        const seen = query.kind === kind ? change(object) : object;
        if (seen !== undefined) yield seen;
      }
    },
  }));
}

export function added(target: string, object: KubeObject): Alteration {
  return kubeOf(target, (kube) => ({
    get: async (ref, signal) =>
      ref.kind === object.kind && ref.name === object.metadata.name
        ? object
        : kube.get(ref, signal),
    list: async function* list(query, signal) {
      yield* kube.list(query, signal);
      if (query.kind === object.kind) yield object;
    },
  }));
}

export function unserved(target: string, kind: string): Alteration {
  return kubeOf(target, (kube) => ({
    resource: async (wanted, signal) =>
      wanted.kind === kind ? undefined : kube.resource(wanted, signal),
  }));
}

export function etcd(alter: (etcd: EtcdReader) => Partial<EtcdReader>): Alteration {
  return (readers) => ({
    ...readers,
    etcd: async (name) => {
      const reader = await readers.etcd(name);
      return { ...reader, ...alter(reader) };
    },
  });
}

export function s3(alter: (s3: BucketReader) => Partial<BucketReader>): Alteration {
  return (readers) => ({
    ...readers,
    s3: async (name) => {
      const reader = await readers.s3(name);
      return { ...reader, ...alter(reader) };
    },
  });
}

export const both =
  (...alterations: readonly Alteration[]): Alteration =>
  (readers) =>
    alterations.reduce((seen, alter) => alter(seen), readers);

/** Nothing may be read. */
export const denied: Alteration = (readers) => ({
  ...readers,
  kube: refuse,
  etcd: refuse,
  s3: refuse,
  dns: refuse,
});

function refuse(): Promise<never> {
  return Promise.reject(new DrctlError('CLIENT_DENIED', 'You may not ask'));
}

/** A merge patch, as RFC 7386 has it: null removes. */
function merged(base: Json | undefined, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const known = typeof base === 'object' && base !== null && !Array.isArray(base) ? base : {};
  const result: Record<string, Json> = { ...(known as JsonObject) };
  for (const [key, value] of Object.entries(patch as JsonObject)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

/** Every object, or the one of that name. */
export const patched =
  (patch: JsonObject, name?: string) =>
  (object: KubeObject): KubeObject =>
    name === undefined || object.metadata.name === name
      ? (merged(object, patch) as KubeObject)
      : object;
