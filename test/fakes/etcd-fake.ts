// etcd members in memory, as far as EtcdClient promises it: a member that is healthy saves a snapshot that ends with its
// SHA-256; files live in the pod until they are removed.

import { createHash } from 'node:crypto';
import { DrctlError } from '../../src/engine/index.ts';
import type { Json } from '../../src/engine/index.ts';
import type {
  EtcdChanges,
  EtcdClient,
  EtcdMember,
  EtcdReader,
  EtcdStatus,
} from '../../src/actions/ports.ts';
import { Faults } from './faults.ts';

export interface FakeMember {
  status: Omit<EtcdStatus, 'pod'>;
  /** Revisions at which keys only went away; at every other something was written. */
  expiredAt: readonly number[];
  freeBytes: number;
  readonly files: Map<string, Uint8Array>;
}

/** A file as etcd's tools save it: whole 512-byte blocks, then the SHA-256 of them. */
export function snapshotFile(content: string): Uint8Array {
  const blocks = Math.ceil((content.length + 1) / 512);
  const database = Buffer.alloc(blocks * 512, content);
  return Buffer.concat([database, createHash('sha256').update(database).digest()]);
}

export class FakeEtcd implements EtcdClient {
  readonly members = new Map<string, FakeMember>();
  readonly faults: Faults;
  /** What the database holds, and so the snapshot. */
  content = 'keys and values';
  /** Called with each file's bytes before they are given out: to damage them or cut them short. */
  tamper: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;
  readonly #chunkBytes: number;

  constructor(options: { readonly faults?: Faults; readonly chunkBytes?: number } = {}) {
    this.faults = options.faults ?? new Faults();
    this.#chunkBytes = options.chunkBytes ?? 100;
  }

  addMember(pod: string, status: Partial<FakeMember['status']> = {}): FakeMember {
    const member: FakeMember = {
      status: {
        healthy: true,
        isLeader: false,
        revision: 100,
        dbSizeBytes: 20_480,
        version: '3.5.18',
        memberId: pod,
        ...status,
      },
      expiredAt: [],
      freeBytes: 1024 ** 3,
      files: new Map(),
    };
    this.members.set(pod, member);
    return member;
  }

  /** Files left in the pods. */
  state(): Json {
    return [...this.members].map(([pod, { files }]) => [pod, [...files.keys()]]);
  }

  /** Without any writing method. */
  reader(): EtcdReader {
    return {
      status: (member) => this.status(member),
      changesSince: (member, revisions) => this.changesSince(member, revisions),
      freeBytes: (member) => this.freeBytes(member),
      fileSizeBytes: (member, path) => this.fileSizeBytes(member, path),
    };
  }

  status({ pod }: EtcdMember): Promise<EtcdStatus> {
    return this.faults.around('read', () => ({ pod, ...this.#member(pod).status }));
  }

  changesSince(
    { pod }: EtcdMember,
    { after: since }: { readonly after: number },
  ): Promise<EtcdChanges> {
    return this.faults.around('read', () => {
      const { status, expiredAt } = this.#member(pod);
      const upToRevision = Math.max(since, status.revision ?? 0);
      const removals = expiredAt.filter((at) => at > since).length;
      return { writes: upToRevision - since - removals, removals, upToRevision };
    });
  }

  freeBytes({ pod }: EtcdMember): Promise<number> {
    return this.faults.around('read', () => this.#member(pod).freeBytes);
  }

  fileSizeBytes({ pod }: EtcdMember, path: string): Promise<number | undefined> {
    return this.faults.around('read', () => this.#member(pod).files.get(path)?.byteLength);
  }

  async saveSnapshot({ pod }: EtcdMember, path: string): Promise<void> {
    await this.faults.around('write', () => {
      const member = this.#member(pod);
      if (!member.status.healthy) throw new DrctlError('EXEC_FAILED', `${pod} is not healthy`);
      member.files.set(path, snapshotFile(this.content));
    });
  }

  async *readFile({ pod }: EtcdMember, path: string): AsyncIterable<Uint8Array> {
    const bytes = await this.faults.around('read', () => this.#member(pod).files.get(path));
    if (bytes === undefined) throw new DrctlError('EXEC_FAILED', `cat: ${path}: No such file`);
    const given = this.tamper(bytes);
    for (let offset = 0; offset < given.byteLength; offset += this.#chunkBytes) {
      yield given.slice(offset, offset + this.#chunkBytes);
    }
  }

  async removeFile({ pod }: EtcdMember, path: string): Promise<void> {
    await this.faults.around('write', () => this.#member(pod).files.delete(path));
  }

  #member(pod: string): FakeMember {
    const member = this.members.get(pod);
    if (member !== undefined) return member;
    throw new DrctlError('CLIENT_NOT_FOUND', `No pod ${pod}`);
  }
}
