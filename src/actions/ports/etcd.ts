// etcd as actions need it: by way of its own tools in its own pods.

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

export interface EtcdChanges {
  /** Keys that were written. */
  readonly writes: number;
  /** Keys that went away: deleted, or expired with their lease. */
  readonly removals: number;
  /** The revision of the last change that was seen; the one asked about when there was none. */
  readonly upToRevision: number;
}

/** etcd by way of its own tools in its own pods, with fixed commands that only read. */
export interface EtcdReader {
  /** `endpoint health` and `endpoint status` of one member. An unhealthy member is an answer, not an error. */
  status(member: EtcdMember, signal: AbortSignal): Promise<EtcdStatus>;
  /**
   * What happened to keys after a revision, up to one that the member is known to have reached. Throws EXEC_FAILED when it
   * no longer knows (the revision was compacted).
   */
  changesSince(
    member: EtcdMember,
    revisions: { readonly after: number; readonly upTo: number },
    signal: AbortSignal,
  ): Promise<EtcdChanges>;
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
