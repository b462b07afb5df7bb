// The object store of the fake API server: identities, versions, finalizers, ownership and the consequences of a
// removal (garbage collection of dependents, namespaces that end once they are empty).

import { DrctlError } from '../../src/engine/index.ts';
import type { Json, JsonObject } from '../../src/engine/index.ts';
import type { KubeMetadata, KubeObject, KubeWatchEvent } from '../../src/actions/ports.ts';
import { joinApiVersion, splitApiVersion } from './kube-fake-kinds.ts';
import type { FakeKind } from './kube-fake-kinds.ts';

type ChangeListener = (event: KubeWatchEvent & { object: KubeObject }) => void;

export class FakeObjects {
  readonly kinds: readonly FakeKind[];
  readonly listeners = new Set<ChangeListener>();
  readonly #objects = new Map<string, KubeObject>();
  readonly #uidPrefix: string;
  #version = 100;
  #uids = 0;
  #dryRuns = 0;

  constructor(kinds: readonly FakeKind[], uidPrefix: string) {
    this.kinds = kinds;
    this.#uidPrefix = uidPrefix;
  }

  kindOf(apiVersion: string, kind: string): FakeKind | undefined {
    const { group, version } = splitApiVersion(apiVersion);
    return this.kinds.find(
      (known) =>
        known.group === group &&
        known.kind === kind &&
        (version === '*' || known.versions.includes(version)),
    );
  }

  served(apiVersion: string, kind: string): FakeKind {
    const found = this.kindOf(apiVersion, kind);
    if (found !== undefined) return found;
    throw new DrctlError('CLIENT_NOT_FOUND', `${apiVersion} ${kind} is not served`);
  }

  key(kind: FakeKind, namespace: string | undefined, name: string): string {
    return [kind.group, kind.kind, kind.namespaced ? (namespace ?? '') : '', name].join('|');
  }

  find(kind: FakeKind, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(this.key(kind, namespace, name));
  }

  all(): readonly KubeObject[] {
    return [...this.#objects.keys()].sort().map((key) => this.#objects.get(key) as KubeObject);
  }

  newUid(): string {
    this.#uids += 1;
    return `${this.#uidPrefix}-${String(this.#uids).padStart(4, '0')}`;
  }

  /** As a dry run answers for an object that would be new: with an identity that nothing will ever have. */
  asNew(next: KubeObject): KubeObject {
    this.#dryRuns += 1;
    const uid = `dry-run-${this.#dryRuns}`;
    const creationTimestamp = '2026-01-01T00:00:00Z';
    return { ...next, metadata: { ...next.metadata, uid, creationTimestamp, generation: 1 } };
  }

  /** Stores an object, telling watchers; nothing happens when it is equal to what is there. */
  put(next: KubeObject): KubeObject {
    const kind = this.served(next.apiVersion, next.kind);
    const key = this.key(
      kind,
      next.metadata['namespace'] as string | undefined,
      next.metadata.name,
    );
    const before = this.#objects.get(key);
    const stored = this.#stamp(before, next, kind);
    if (before !== undefined && stored === before) return before;
    this.#objects.set(key, stored);
    this.#tell({ type: before === undefined ? 'added' : 'modified', object: stored });
    const finalizers = (stored.metadata['finalizers'] ?? []) as readonly string[];
    if (stored.metadata['deletionTimestamp'] !== undefined && finalizers.length === 0) {
      if (stored.kind === 'Namespace') this.#endNamespace(stored.metadata.name);
      else this.remove(stored);
    }
    return stored;
  }

  /** Takes an object out for good, and lets its namespace and its dependents follow. */
  remove(object: KubeObject): void {
    const kind = this.served(object.apiVersion, object.kind);
    const namespace = object.metadata['namespace'] as string | undefined;
    if (!this.#objects.delete(this.key(kind, namespace, object.metadata.name))) return;
    this.#version += 1;
    this.#tell({ type: 'deleted', object });
    this.#collectDependents(object.metadata['uid'] as string);
    if (namespace !== undefined) this.#endNamespace(namespace);
  }

  markDeleted(object: KubeObject): void {
    if (object.metadata['deletionTimestamp'] !== undefined) return;
    const metadata = { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    const finalizers = (object.metadata['finalizers'] ?? []) as readonly string[];
    if (object.kind === 'Namespace') {
      this.put({ ...object, metadata, status: { phase: 'Terminating' } });
      for (const inside of this.#inNamespace(object.metadata.name)) this.markDeleted(inside);
      this.#endNamespace(object.metadata.name);
    } else if (finalizers.length > 0) this.put({ ...object, metadata });
    else this.remove(object);
  }

  /** Removes every object whose owners are all gone, as the garbage collector does with restored stale owners. */
  collectGarbage(): void {
    const uids = new Set(this.all().map((object) => object.metadata['uid']));
    for (const object of this.all()) {
      const owners = ownersOf(object);
      if (owners.length > 0 && owners.every((owner) => !uids.has(owner.uid))) {
        this.markDeleted(object);
      }
    }
  }

  #collectDependents(uid: string): void {
    for (const object of this.all()) {
      const owners = ownersOf(object);
      if (owners.some((owner) => owner.uid === uid) && owners.length === 1) {
        this.markDeleted(object);
      }
    }
  }

  #inNamespace(namespace: string): readonly KubeObject[] {
    return this.all().filter((object) => object.metadata['namespace'] === namespace);
  }

  #endNamespace(name: string): void {
    const namespace = this.all().find(
      (object) => object.kind === 'Namespace' && object.metadata.name === name,
    );
    if (namespace?.metadata['deletionTimestamp'] === undefined) return;
    if (this.#inNamespace(name).length === 0) this.remove(namespace);
  }

  #stamp(before: KubeObject | undefined, next: KubeObject, kind: FakeKind): KubeObject {
    if (before !== undefined && canonical(before) === canonical(next)) return before;
    this.#version += 1;
    const specChanged =
      before !== undefined && canonical(before['spec'] ?? null) !== canonical(next['spec'] ?? null);
    const generation = Number(before?.metadata['generation'] ?? next.metadata['generation'] ?? 1);
    const metadata: KubeMetadata = {
      ...next.metadata,
      uid: next.metadata['uid'] ?? this.newUid(),
      creationTimestamp: next.metadata['creationTimestamp'] ?? '2026-01-01T00:00:00Z',
      generation: specChanged ? generation + 1 : generation,
      resourceVersion: String(this.#version),
    };
    const apiVersion = joinApiVersion(kind.group, kind.versions[0] as string);
    return structuredClone({ ...next, apiVersion, metadata });
  }

  #tell(event: KubeWatchEvent & { object: KubeObject }): void {
    for (const listener of this.listeners) listener(event);
  }
}

function ownersOf(object: KubeObject): readonly { readonly uid: string }[] {
  return (object.metadata['ownerReferences'] ?? []) as unknown as readonly { uid: string }[];
}

/** JSON with sorted keys; resourceVersion and generation are consequences, not content. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (key, child: Json) => {
    if (key === 'resourceVersion' || key === 'generation') return undefined;
    if (typeof child !== 'object' || child === null || Array.isArray(child)) return child;
    const object = child as JsonObject;
    return Object.fromEntries(
      Object.keys(object)
        .sort()
        .map((name) => [name, object[name]]),
    );
  });
}
