// An API server in memory that behaves: identities, conflicts, generations, finalizers, namespaces, selectors, watch,
// server-side apply with ownership, discovery, exec. It keeps the contract in test/contracts/kube-client.suite.ts.

import { DrctlError } from '../../src/engine/index.ts';
import type {
  AccessQuery,
  ApplyOptions,
  DeleteOptions,
  ExecRequest,
  ExecSession,
  KubeClient,
  KubeKind,
  KubeObject,
  KubeQuery,
  KubeReader,
  KubeResource,
  KubeWatchEvent,
  ObjectRef,
  PatchOptions,
  Preview,
} from '../../src/actions/ports.ts';
import { Faults } from './faults.ts';
import { FakeAdmission, refOf } from './kube-fake-admission.ts';
import { inVersion, notFound, resourceOf } from './kube-fake-answers.ts';
import type { ExecAnswer } from './kube-fake-answers.ts';
import { applyOwned } from './kube-fake-apply.ts';
import { defaultKinds, splitApiVersion } from './kube-fake-kinds.ts';
import type { FakeKind } from './kube-fake-kinds.ts';
import { FakeObjects } from './kube-fake-objects.ts';
import { patchObject } from './kube-fake-patching.ts';
import { matchesFields, matchesLabels } from './kube-fake-selectors.ts';
import { watchObjects } from './kube-fake-watch.ts';

export interface FakeKubeOptions {
  /** Prefix of the uids, so that those of two clusters differ. */
  readonly name?: string;
  readonly kinds?: readonly FakeKind[];
  readonly faults?: Faults;
}

export class FakeKube extends FakeAdmission implements KubeClient {
  readonly objects: FakeObjects;
  readonly faults: Faults;
  /** Answers of paths outside the object API. */
  readonly paths = new Map<string, { status: number; body: string }>([
    ['/readyz', { status: 200, body: 'ok' }],
  ]);
  onExec: (request: ExecRequest) => ExecAnswer = () => ({});
  /** Controllers: called after every write with the object as stored, or undefined when it is gone. */
  readonly controllers: ((kube: FakeKube, object: KubeObject) => void)[] = [];

  constructor(options: FakeKubeOptions = {}) {
    super();
    this.objects = new FakeObjects(options.kinds ?? defaultKinds, options.name ?? 'uid');
    this.faults = options.faults ?? new Faults();
  }

  /** Puts objects there as they are, status and all, with their namespaces. */
  seed(...objects: readonly KubeObject[]): this {
    for (const object of objects) {
      const namespace = object.metadata['namespace'] as string | undefined;
      if (namespace !== undefined) this.#ensureNamespace(namespace);
      this.objects.put(object);
    }
    return this;
  }

  /** The stored object, for assertions. */
  peek(kind: string, name: string, namespace?: string): KubeObject | undefined {
    return this.objects
      .all()
      .find(
        (object) =>
          object.kind === kind &&
          object.metadata.name === name &&
          (namespace === undefined || object.metadata['namespace'] === namespace),
      );
  }

  async get(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> {
    signal.throwIfAborted();
    return this.faults.around('read', () => {
      const kind = this.objects.served(ref.apiVersion, ref.kind);
      const found = this.objects.find(kind, ref.namespace, ref.name);
      return found === undefined ? undefined : inVersion(found, ref.apiVersion);
    });
  }

  async *list(query: KubeQuery, signal: AbortSignal): AsyncIterable<KubeObject> {
    signal.throwIfAborted();
    const found = await this.faults.around('read', () => this.#select(query));
    for (const object of found) yield inVersion(object, query.apiVersion);
  }

  async *watch(query: KubeQuery, signal: AbortSignal): AsyncIterable<KubeWatchEvent> {
    await this.faults.around('read', () => this.objects.served(query.apiVersion, query.kind));
    yield* watchObjects(this.objects, {
      query,
      select: () => this.#select(query),
      signal,
    });
  }

  async preview(desired: KubeObject, options: ApplyOptions): Promise<Preview> {
    return this.#previewed(desired, () => {
      const next = this.#applied(desired, options);
      return next.metadata['uid'] === undefined ? this.objects.asNew(next) : next;
    });
  }

  async previewCreate(object: KubeObject, signal: AbortSignal): Promise<Preview> {
    signal.throwIfAborted();
    return this.#previewed(object, () => this.objects.asNew(this.#creatable(object)));
  }

  async previewPatch(ref: ObjectRef, options: PatchOptions): Promise<Preview> {
    options.signal.throwIfAborted();
    return this.#previewed(ref, () => this.#patched(ref, options));
  }

  async #previewed(asked: KubeKind, write: () => KubeObject): Promise<Preview> {
    return this.faults.around('read', () => {
      const because = this.tellsNothing(asked);
      if (because !== undefined) return { kind: 'unknown', because };
      return { kind: 'accepted', object: inVersion(this.filled(write()), asked.apiVersion) };
    });
  }

  async resource(kind: KubeKind, signal: AbortSignal): Promise<KubeResource | undefined> {
    signal.throwIfAborted();
    return this.faults.around('read', () => {
      const found = this.objects.kindOf(kind.apiVersion, kind.kind);
      return found === undefined ? undefined : resourceOf(found, kind.apiVersion);
    });
  }

  async resources(signal: AbortSignal): Promise<readonly KubeResource[]> {
    signal.throwIfAborted();
    return this.faults.around('read', () => this.objects.kinds.map((kind) => resourceOf(kind)));
  }

  async may(query: AccessQuery): Promise<boolean> {
    return this.faults.around('read', () => !this.denies(query));
  }

  async version(): Promise<string> {
    return this.faults.around('read', () => 'v1.31.2');
  }

  async raw(path: string): Promise<{ readonly status: number; readonly body: string }> {
    return this.faults.around(
      'read',
      () => this.paths.get(path) ?? { status: 404, body: 'not found' },
    );
  }

  async create(object: KubeObject, signal: AbortSignal): Promise<KubeObject> {
    signal.throwIfAborted();
    return this.faults.around('write', () => this.#create(object));
  }

  async apply(desired: KubeObject, options: ApplyOptions): Promise<KubeObject> {
    return this.faults.around('write', () => {
      const next = this.#applied(desired, options);
      return inVersion(this.#store(next), desired.apiVersion);
    });
  }

  async patch(ref: ObjectRef, options: PatchOptions): Promise<KubeObject> {
    options.signal.throwIfAborted();
    return this.faults.around('write', () => {
      return inVersion(this.#store(this.#patched(ref, options)), ref.apiVersion);
    });
  }

  async delete(ref: ObjectRef, options: DeleteOptions): Promise<void> {
    options.signal.throwIfAborted();
    await this.faults.around('write', () => {
      const kind = this.objects.served(ref.apiVersion, ref.kind);
      const found = this.objects.find(kind, ref.namespace, ref.name);
      if (found === undefined) return;
      if (options.uid !== undefined && options.uid !== found.metadata['uid']) {
        throw new DrctlError('CLIENT_CONFLICT', `${ref.kind} ${ref.name} has another uid`);
      }
      this.objects.markDeleted(found);
      this.#react(found);
    });
  }

  async exec(request: ExecRequest): Promise<ExecSession> {
    return this.faults.around('write', () => {
      const answer = this.onExec(request);
      const bytes = new TextEncoder().encode(answer.stdout ?? '');
      return {
        stdout: (async function* () {
          if (bytes.length > 0) yield bytes;
        })(),
        exit: Promise.resolve({ code: answer.code ?? 0, stderr: answer.stderr ?? '' }),
      };
    });
  }

  #patched(ref: ObjectRef, options: PatchOptions): KubeObject {
    this.authorize('patch', ref);
    const kind = this.objects.served(ref.apiVersion, ref.kind);
    const before = this.objects.find(kind, ref.namespace, ref.name);
    if (before === undefined) throw notFound(ref);
    const patched = patchObject(ref, before, options);
    this.check(before, patched);
    return patched;
  }

  #create(object: KubeObject): KubeObject {
    return inVersion(this.#store(this.#creatable(object)), object.apiVersion);
  }

  #creatable(object: KubeObject): KubeObject {
    this.authorize('create', refOf(object));
    const kind = this.objects.served(object.apiVersion, object.kind);
    const namespace = object.metadata['namespace'] as string | undefined;
    if (this.objects.find(kind, namespace, object.metadata.name) !== undefined) {
      throw new DrctlError('CLIENT_CONFLICT', `${object.kind} ${object.metadata.name} exists`);
    }
    if (object.metadata['resourceVersion'] !== undefined) {
      throw new DrctlError('CLIENT_INVALID', 'resourceVersion must not be set on create');
    }
    this.#checkNamespace(kind, namespace);
    const { uid: _uid, creationTimestamp: _at, generation: _g, ...metadata } = object.metadata;
    const { status: _status, ...content } = object;
    const next = { ...content, metadata } as KubeObject;
    this.check(undefined, next);
    return next;
  }

  #applied(desired: KubeObject, options: ApplyOptions): KubeObject {
    options.signal.throwIfAborted();
    const kind = this.objects.served(desired.apiVersion, desired.kind);
    const namespace = desired.metadata['namespace'] as string | undefined;
    const before = this.objects.find(kind, namespace, desired.metadata.name);
    this.authorize('patch', refOf(desired));
    if (before === undefined) {
      this.authorize('create', refOf(desired));
      this.#checkNamespace(kind, namespace);
    }
    const next = applyOwned(before, desired, options);
    this.check(before, next);
    return next;
  }

  #store(object: KubeObject): KubeObject {
    const stored = this.objects.put(this.filled(object));
    this.#react(stored);
    return stored;
  }

  #react(object: KubeObject): void {
    for (const controller of this.controllers) controller(this, object);
  }

  #checkNamespace(kind: FakeKind, namespace: string | undefined): void {
    if (!kind.namespaced) return;
    const found = this.peek('Namespace', namespace ?? '');
    if (found === undefined) {
      throw new DrctlError('CLIENT_NOT_FOUND', `Namespace ${namespace ?? ''} does not exist`);
    }
    if (found.metadata['deletionTimestamp'] !== undefined) {
      throw new DrctlError('CLIENT_DENIED', `Namespace ${namespace ?? ''} is being deleted`);
    }
  }

  #select(query: KubeQuery): readonly KubeObject[] {
    const kind = this.objects.served(query.apiVersion, query.kind);
    return this.objects
      .all()
      .filter(
        (object) =>
          object.kind === kind.kind &&
          splitApiVersion(object.apiVersion).group === kind.group &&
          (query.namespace === undefined || object.metadata['namespace'] === query.namespace) &&
          matchesLabels(object, query.labelSelector) &&
          matchesFields(object, query.fieldSelector),
      );
  }

  #ensureNamespace(name: string): void {
    if (this.peek('Namespace', name) !== undefined) return;
    this.objects.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
}

/** The same server without any writing method. */
export function readerOf(kube: FakeKube): KubeReader {
  const { get, list, watch, resource, resources, may, version, raw } = FakeKube.prototype;
  const { preview, previewCreate, previewPatch } = FakeKube.prototype;
  const previews = { preview, previewCreate, previewPatch };
  const methods = { get, list, watch, ...previews, resource, resources, may, version, raw };
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [name, method.bind(kube as never)]),
  ) as unknown as KubeReader;
}
