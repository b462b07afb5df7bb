// What actions need of the world, in our words: no SDK type crosses these interfaces, and every method is used by an
// action. Adapters implement them; `readers` are separate objects without any writing method.
//
// Errors of all ports are DrctlError with a CLIENT_* code; `retryable` says whether a later attempt may succeed.

import type { ArtifactReader, ArtifactStore, Json, JsonObject, Ports } from '../engine/index.ts';

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

export interface AccessQuery {
  readonly verb: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

export interface KubeReader {
  /** undefined = absent; every other problem throws. */
  get(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined>;
  /** Paged; one page in memory at a time. Ordered by namespace and name. Throws CLIENT_NOT_FOUND for a kind not served. */
  list(query: KubeQuery, signal: AbortSignal): AsyncIterable<KubeObject>;
  /** Begins with the present objects as `added`, then `synced`, then goes on until `signal` or the consumer ends it. */
  watch(query: KubeQuery, signal: AbortSignal): AsyncIterable<KubeWatchEvent>;
  /** Server-side apply with dryRun=All; throws what a real one would throw. */
  preview(desired: KubeObject, options: ApplyOptions): Promise<KubeObject>;
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

export interface EtcdMember {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface EtcdStatus {
  readonly pod: string;
  readonly healthy: boolean;
  /** Why it is not healthy. */
  readonly because?: string;
  readonly memberId?: string;
  readonly isLeader?: boolean;
  readonly revision?: number;
  readonly dbSizeBytes?: number;
  readonly version?: string;
}

/** etcd by way of its own tools in its own pods, with fixed commands that only read. */
export interface EtcdReader {
  /** `endpoint health` and `endpoint status` of one member. An unhealthy member is an answer, not an error. */
  status(member: EtcdMember, signal: AbortSignal): Promise<EtcdStatus>;
  /** Bytes free on the file system that holds `path`. */
  freeBytes(member: EtcdMember, path: string, signal: AbortSignal): Promise<number>;
  /** undefined: no such file. */
  fileSizeBytes(member: EtcdMember, path: string, signal: AbortSignal): Promise<number | undefined>;
}

export interface EtcdClient extends EtcdReader {
  /** `snapshot save` inside the pod. The file is at `path` when it resolves. */
  saveSnapshot(member: EtcdMember, path: string, signal: AbortSignal): Promise<void>;
  /** The file's bytes through exec, streamed. Throws CLIENT_UNREACHABLE when cut short. */
  readFile(member: EtcdMember, path: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Nothing happens when absent. */
  removeFile(member: EtcdMember, path: string, signal: AbortSignal): Promise<void>;
}

export interface BucketObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Hex, where the uploader recorded it. */
  readonly sha256?: string;
}

export interface BucketFacts {
  readonly region: string;
  readonly versioned: boolean;
  /** Anyone may read it: a bucket for OIDC documents, not for backups. undefined: may not be asked. */
  readonly public: boolean | undefined;
  /** "AES256", "aws:kms"; undefined: none, or may not be asked. */
  readonly encryption: string | undefined;
}

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

export interface BucketReader {
  /** undefined: no such bucket. CLIENT_DENIED when it may not be asked. */
  bucket(name: string, signal: AbortSignal): Promise<BucketFacts | undefined>;
  /** undefined: no such object. */
  head(address: ObjectAddress, signal: AbortSignal): Promise<BucketObject | undefined>;
  /** Streamed; CLIENT_NOT_FOUND. */
  read(address: ObjectAddress, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Signs locally, without any request. `expiresAt` is never later than what the credentials allow. */
  presign(
    address: ObjectAddress,
    options: { readonly method: 'GET' | 'PUT'; readonly expiresInSeconds: number },
  ): Promise<{ readonly url: string; readonly expiresAt: string }>;
  /** Who we are: "arn:aws:iam::123:user/x"; undefined where STS does not answer. */
  identity(signal: AbortSignal): Promise<string | undefined>;
}

export interface UploadOptions {
  readonly content: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
  /** Hex SHA-256 of the whole content: kept with the object and checked again at the bucket after the upload. */
  readonly sha256: string;
  readonly partSizeBytes: number;
  readonly encryption: 'none' | 'AES256' | 'aws:kms';
  readonly kmsKeyId?: string;
  onProgress(sentBytes: number): void;
  readonly signal: AbortSignal;
}

export interface BucketClient extends BucketReader {
  /** Streamed multipart upload; an upload that fails leaves no parts behind. DATA_CORRUPT when a checksum differs. */
  upload(address: ObjectAddress, options: UploadOptions): Promise<BucketObject>;
  /** Removes this version (or the object, where the bucket is not versioned). Nothing happens when absent. */
  remove(address: ObjectAddress, signal: AbortSignal): Promise<void>;
  /** Writes and removes a few bytes under the prefix: may we write here? */
  probeWrite(bucket: string, prefix: string, signal: AbortSignal): Promise<void>;
}

export interface DnsRecordSet {
  /** Without the final dot, lower case, "*" not escaped. */
  readonly name: string;
  readonly type: string;
  readonly ttlSeconds?: number;
  /** As Route53 has them: TXT values quoted. Empty for an alias. */
  readonly values: readonly string[];
  readonly alias?: {
    readonly zoneId: string;
    readonly name: string;
    readonly evaluateTargetHealth: boolean;
  };
  readonly setIdentifier?: string;
  /** Weight, Region, Failover, … of a routed record set, kept so that it can be put back. */
  readonly routing?: JsonObject;
}

export interface DnsChange {
  readonly action: 'CREATE' | 'UPSERT' | 'DELETE';
  readonly record: DnsRecordSet;
}

export interface ZoneReader {
  /** undefined: no such zone. `name` without the final dot. */
  zone(
    zoneId: string,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly private: boolean } | undefined>;
  /** Every record set of the zone, paged. */
  records(zoneId: string, signal: AbortSignal): AsyncIterable<DnsRecordSet>;
  changeStatus(changeId: string, signal: AbortSignal): Promise<'PENDING' | 'INSYNC'>;
}

export interface ZoneClient extends ZoneReader {
  /** One change batch, all or nothing. CLIENT_CONFLICT when a DELETE or CREATE does not fit what is there. */
  change(
    zoneId: string,
    changes: readonly DnsChange[],
    options: { readonly comment: string; readonly signal: AbortSignal },
  ): Promise<{ readonly changeId: string }>;
}

/** Files beside the runbook and on the operator's machine. Relative paths start at the runbook's folder. */
export interface FileReader {
  /** FILE_UNREADABLE. At most 16 MiB. */
  readText(path: string): Promise<string>;
  /** undefined: no such file. */
  stat(
    path: string,
  ): Promise<{ readonly sizeBytes: number; readonly isFolder: boolean } | undefined>;
  /** Names of the files in a folder, sorted. */
  list(path: string): Promise<readonly string[]>;
  read(path: string): AsyncIterable<Uint8Array>;
}

/** Connections are opened on first use and shared. The argument is the runbook's name of the target. */
export interface DrReaders {
  kube(target: string): Promise<KubeReader>;
  etcd(target: string): Promise<EtcdReader>;
  s3(target: string): Promise<BucketReader>;
  dns(target: string): Promise<ZoneReader>;
  readonly artifacts: ArtifactReader;
  readonly files: FileReader;
}

export interface DrClients {
  kube(target: string): Promise<KubeClient>;
  etcd(target: string): Promise<EtcdClient>;
  s3(target: string): Promise<BucketClient>;
  dns(target: string): Promise<ZoneClient>;
  readonly artifacts: ArtifactStore;
  readonly files: FileReader;
}

export interface DrPorts extends Ports {
  readonly readers: DrReaders;
  readonly clients: DrClients;
}
