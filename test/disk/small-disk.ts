// A disk of its own for a test: a tmpfs of a few pages, which can be filled to the last of them and made read-only.
// Mounting needs root, or sudo without a password.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const pageBytes = 4_096;

export interface SmallDisk {
  readonly dir: string;
  /** Leaves so many pages free. */
  fill(freePages: number): Promise<void>;
  makeRoom(): Promise<void>;
  setReadOnly(isReadOnly: boolean): void;
  close(): void;
}

/** Undefined where nobody may mount. */
export function mountSmallDisk(pages: number): SmallDisk | undefined {
  const dir = mkdtempSync(path.join(tmpdir(), 'drctl-disk-'));
  const size = `size=${pages * pageBytes},mode=0700,uid=${process.getuid?.() ?? 0}`;
  const as = [[], ['sudo', '-n']].find((prefix) =>
    ran([...prefix, 'mount', '-t', 'tmpfs', '-o', size, 'tmpfs', dir]),
  );
  if (as === undefined) {
    rmSync(dir, { recursive: true });
    return undefined;
  }
  const filler = path.join(dir, 'filler');
  return {
    dir,
    async fill(freePages) {
      const { bavail, bsize } = await statfs(dir);
      const bytes = bavail * bsize - freePages * pageBytes;
      if (bytes <= 0) return;
      const file = await open(filler, 'w');
      await file.writeFile(Buffer.alloc(bytes));
      await file.close();
    },
    makeRoom: () => rm(filler, { force: true }),
    setReadOnly(isReadOnly) {
      const how = `remount,${isReadOnly ? 'ro' : 'rw'}`;
      if (!ran([...as, 'mount', '-o', how, dir])) throw new Error(`Cannot ${how} ${dir}`);
    },
    close() {
      ran([...as, 'umount', '-l', dir]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function ran([command = '', ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
