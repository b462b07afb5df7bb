/*
 * The store of one API server, in the place of etcd: objects by resource, one revision counter for all of
 * them, and a bounded history of changes that watches resume from. Every write goes through `put` or
 * `remove`, so revision, history and subscribers can never disagree. Stored objects are not mutated.
 */
import { copy, type KubeObject } from './objects.ts';

/** One change, as watches see it. `previous` is the object before it. */
export interface StoreEvent {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: string;
  readonly object: KubeObject;
  readonly previous?: KubeObject | undefined;
}

/** What a subscriber hears: each change, or that the whole store was replaced. */
export interface StoreListener {
  changed(event: StoreEvent): void;
  replaced(): void;
}

/** How many changes a watch may be behind before it is answered 410. */
const defaultHistoryLimit = 5_000;

/** The objects of one API server. */
export class Storage {
  readonly #historyLimit: number;
  readonly #listeners = new Set<StoreListener>();
  #objects = new Map<string, Map<string, KubeObject>>();
  #history: StoreEvent[] = [];
  #revision = 1;
  /** Changes up to this revision are forgotten. */
  #compacted = 0;

  constructor(options: { historyLimit?: number } = {}) {
    this.#historyLimit = options.historyLimit ?? defaultHistoryLimit;
  }

  /** The revision of the latest change. */
  get revision(): number {
    return this.#revision;
  }

  /** Objects of one resource, ordered by namespace and name as etcd orders its keys. */
  list(key: string, namespace?: string): readonly KubeObject[] {
    const found = [...(this.#objects.get(key)?.entries() ?? [])];
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    return found
      .filter(([name]) => name.startsWith(prefix))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, object]) => object);
  }

  /** One object; `namespace` is '' for cluster-scoped ones. */
  get(key: string, namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(key)?.get(`${namespace}/${name}`);
  }

  /** Every object of every resource, with its storage key: a copy of the list, safe to write over. */
  all(): readonly (readonly [key: string, object: KubeObject])[] {
    return [...this.#objects].flatMap(([key, objects]) =>
      [...objects.values()].map((object) => [key, object] as const),
    );
  }

  /** Stores an object under its namespace and name and gives it the next revision. */
  put(key: string, object: KubeObject): KubeObject {
    const stored = this.#atNextRevision(object);
    let objects = this.#objects.get(key);
    if (objects === undefined) this.#objects.set(key, (objects = new Map()));
    const previous = objects.get(nameOf(object));
    objects.set(nameOf(object), stored);
    this.#record({
      revision: this.#revision,
      type: previous === undefined ? 'ADDED' : 'MODIFIED',
      key,
      object: stored,
      previous,
    });
    return stored;
  }

  /** Removes an object; what watches see carries the revision of the removal. */
  remove(key: string, object: KubeObject): KubeObject {
    const objects = this.#objects.get(key);
    const previous = objects?.get(nameOf(object));
    if (previous === undefined) return object;
    objects?.delete(nameOf(object));
    const removed = this.#atNextRevision(object);
    this.#record({ revision: this.#revision, type: 'DELETED', key, object: removed, previous });
    return removed;
  }

  /** Changes after a revision, oldest first, or undefined when some of them are forgotten. */
  eventsAfter(revision: number): readonly StoreEvent[] | undefined {
    if (revision < this.#compacted) return undefined;
    return this.#history.filter((event) => event.revision > revision);
  }

  /** Forgets the history, as an etcd compaction does: watches from older revisions get 410. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#revision;
  }

  /** Calls back on each change, in order, inside the write. Returns how to stop. */
  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The whole store as bytes, revision included. */
  snapshot(): Uint8Array {
    const objects = [...this.#objects].map(([key, entries]) => [key, [...entries.values()]]);
    return Buffer.from(JSON.stringify({ revision: this.#revision, objects }));
  }

  /**
   * Replaces the whole store with a snapshot; the revision goes back to the snapshot's, as it does when
   * etcd is restored without a revision bump. Watches end, since their history is gone.
   */
  restore(bytes: Uint8Array): void {
    const saved = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      revision: number;
      objects: [string, KubeObject[]][];
    };
    this.#objects = new Map(
      saved.objects.map(([key, objects]) => [
        key,
        new Map(objects.map((object) => [nameOf(object), object])),
      ]),
    );
    this.#revision = saved.revision;
    this.compact();
    for (const listener of this.#listeners) listener.replaced();
  }

  #atNextRevision(object: KubeObject): KubeObject {
    this.#revision += 1;
    const stored = copy(object);
    stored.metadata.resourceVersion = String(this.#revision);
    return stored;
  }

  #record(event: StoreEvent): void {
    this.#history.push(event);
    if (this.#history.length > this.#historyLimit) {
      const dropped = this.#history.splice(0, this.#history.length - this.#historyLimit);
      this.#compacted = dropped.at(-1)?.revision ?? this.#compacted;
    }
    for (const listener of this.#listeners) listener.changed(event);
  }
}

function nameOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
