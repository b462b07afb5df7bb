// A pod's file system on this machine's disk: folders and files mounted at the container's paths. Nothing outside them can be
// named, read or written.

import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { PodFiles } from '../../kubelet/pod-files.ts';

export interface Mounts {
  /** Container's folder → absolute folder here. */
  readonly folders: Readonly<Record<string, string>>;
  /** Container's file → absolute file here. They cannot be changed by a command. */
  readonly files: Readonly<Record<string, string>>;
}

const MAX_FILES = 10_000;
/** A snapshot is read as a whole. */
const MAX_FILE_BYTES = 1024 ** 3;

export class MountedFiles implements PodFiles {
  private readonly mounts: Mounts;

  constructor(mounts: Mounts) {
    this.mounts = mounts;
    for (const folder of Object.values(mounts.folders)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
  }

  /** Where a path of the container is on this machine; undefined: nowhere. */
  hostPath(path: string): string | undefined {
    const normal = posix.normalize(path);
    const file = this.mounts.files[normal];
    if (file !== undefined) return file;
    for (const [at, folder] of Object.entries(this.mounts.folders)) {
      if (normal === at) return folder;
      if (normal.startsWith(`${at}/`)) return join(folder, normal.slice(at.length + 1));
    }
    return undefined;
  }

  read(path: string): Buffer | undefined {
    const host = this.hostPath(path);
    const stats = statsOf(host);
    if (host === undefined || stats?.isFile() !== true || stats.size > MAX_FILE_BYTES) {
      return undefined;
    }
    return readFileSync(host);
  }

  sizeBytes(path: string): number | undefined {
    const stats = statsOf(this.hostPath(path));
    return stats?.isFile() === true ? stats.size : undefined;
  }

  write(path: string, content: Buffer): boolean {
    const host = this.writablePath(path);
    if (host === undefined || statsOf(dirname(host))?.isDirectory() !== true) return false;
    writeFileSync(host, content, { mode: 0o600 });
    return true;
  }

  remove(path: string): boolean {
    const host = this.writablePath(path);
    if (host === undefined || statsOf(host)?.isFile() !== true) return false;
    rmSync(host);
    return true;
  }

  private writablePath(path: string): string | undefined {
    return posix.normalize(path) in this.mounts.files ? undefined : this.hostPath(path);
  }

  paths(): readonly string[] {
    const found = Object.keys(this.mounts.files);
    for (const [at, folder] of Object.entries(this.mounts.folders)) walk(at, folder, found);
    return found;
  }

  usedBytes(): number {
    return this.paths().reduce((sum, path) => sum + (this.sizeBytes(path) ?? 0), 0);
  }
}

function walk(at: string, folder: string, found: string[]): void {
  for (const entry of entriesOf(folder)) {
    if (found.length >= MAX_FILES) return;
    const path = `${at}/${entry.name}`;
    if (entry.isDirectory()) walk(path, join(folder, entry.name), found);
    else if (entry.isFile()) found.push(path);
  }
}

// etcd removes and renames files while somebody looks: what has gone meanwhile is not there.

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function statsOf(path: string | undefined): Stats | undefined {
  return path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
}
