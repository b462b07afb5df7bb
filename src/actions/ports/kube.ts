// Kubernetes as actions need it.

import type { Json, JsonObject } from '../../engine/index.ts';

export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMetadata;
}

export interface KubeMetadata extends JsonObject {
  readonly name: string;
}

/** `apiVersion` may be "group/*": the version that the server prefers for that kind. */
export interface KubeKind {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectRef extends KubeKind {
  readonly namespace?: string;
  readonly name: string;
}

export interface KubeQuery extends KubeKind {
  /** Absent: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** How the server serves a kind, from discovery. */
export interface KubeResource {
  /** With the version resolved. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export type KubeWatchEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: KubeObject }
  /** The list with which a watch begins (and begins again after a 410) has been given completely. */
  | { readonly type: 'synced' };

/** The kind "*" (and apiVersion "*"): every resource of every group. */
export interface AccessQuery {
  readonly verb: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** What a server says beforehand about a write. */
export type Preview =
  /**
   * As it would be stored, with all that the server fills in; of something new, with an identity that nothing will have.
   * `resourceVersion` is that of the object which the write was tried on. Of a subresource: that.
   */
  | { readonly kind: 'accepted'; readonly object: KubeObject }
  /**
   * No answer can be had beforehand: a webhook takes no part in dry runs or does not answer (`because`), or, without a
   * reason, what the write is about is itself only foreseen.
   */
  | { readonly kind: 'unknown'; readonly because?: string };

export interface KubeReader {
  /** undefined = absent; every other problem throws. */
  get(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined>;
  /** Paged; one page in memory at a time. Ordered by namespace and name. Throws CLIENT_NOT_FOUND for a kind not served. */
  list(query: KubeQuery, signal: AbortSignal): AsyncIterable<KubeObject>;
  /** Begins with the present objects as `added`, then `synced`, then goes on until `signal` or the consumer ends it. */
  watch(query: KubeQuery, signal: AbortSignal): AsyncIterable<KubeWatchEvent>;
  /** Server-side apply with dryRun=All. Previews store nothing, and throw what the write itself would throw. */
  preview(desired: KubeObject, options: ApplyOptions): Promise<Preview>;
  previewCreate(object: KubeObject, signal: AbortSignal): Promise<Preview>;
  previewPatch(ref: ObjectRef, options: PatchOptions): Promise<Preview>;
  /** undefined: not served. */
  resource(kind: KubeKind, signal: AbortSignal): Promise<KubeResource | undefined>;
  /** Every kind that is served, in its preferred version; subresources left out. */
  resources(signal: AbortSignal): Promise<readonly KubeResource[]>;
  /** SelfSubjectAccessReview. */
  may(query: AccessQuery, signal: AbortSignal): Promise<boolean>;
  /** "v1.31.2"; throws when the server does not answer. */
  version(signal: AbortSignal): Promise<string>;
  /** GET of a path outside the object API ("/readyz"); status and the first 64 KiB of text. */
  raw(
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: string }>;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly force: boolean;
  readonly signal: AbortSignal;
}

export interface PatchOptions {
  readonly type: 'merge' | 'json' | 'strategic';
  readonly patch: Json;
  /** "status" or "scale". */
  readonly subresource?: string;
  readonly signal: AbortSignal;
}

export interface DeleteOptions {
  /** Deletes only this object, not one that was re-created under its name: CLIENT_CONFLICT. */
  readonly uid?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly signal: AbortSignal;
}

export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
  readonly command: readonly string[];
  readonly signal: AbortSignal;
}

/** A command under way in a container. Consume `stdout` to its end, then await `exit`. */
export interface ExecSession {
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Resolves when the command has ended. Rejects with CLIENT_UNREACHABLE when the stream is cut before its status came. */
  readonly exit: Promise<{ readonly code: number; readonly stderr: string }>;
}

export interface KubeClient extends KubeReader {
  /** CLIENT_CONFLICT when an object of that name exists. */
  create(object: KubeObject, signal: AbortSignal): Promise<KubeObject>;
  /** Server-side apply. CLIENT_CONFLICT names the other field manager. */
  apply(desired: KubeObject, options: ApplyOptions): Promise<KubeObject>;
  /** CLIENT_NOT_FOUND when absent. */
  patch(ref: ObjectRef, options: PatchOptions): Promise<KubeObject>;
  /** Nothing happens when absent. Resolves when the server accepted it; the object may stay until its finalizers are gone. */
  delete(ref: ObjectRef, options: DeleteOptions): Promise<void>;
  exec(request: ExecRequest): Promise<ExecSession>;
}
