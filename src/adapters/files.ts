// Files on the operator's machine, for reading. Relative paths start at the runbook's folder, so that a runbook works
// from wherever drctl is called.

import { readFile, readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DrctlError } from '../engine/index.ts';
import type { FileReader } from '../actions/ports.ts';
import { fileChunks } from './file-chunks.ts';

const maxTextBytes = 16 * 1024 * 1024;

/** `folder`: the runbook's, absolute. */
export function createFileReader(folder: string): FileReader {
  const at = (path: string): string => resolve(folder, path);
  return {
    async readText(path) {
      try {
        const { size } = await stat(at(path));
        if (size > maxTextBytes) {
          throw new DrctlError(
            'FILE_UNREADABLE',
            `${path} has ${size} bytes; at most ${maxTextBytes} are read as text`,
          );
        }
        return await readFile(at(path), 'utf8');
      } catch (error) {
        throw unreadable(path, at(path), error);
      }
    },
    async stat(path) {
      try {
        const found = await stat(at(path));
        return { sizeBytes: found.size, isFolder: found.isDirectory() };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw unreadable(path, at(path), error);
      }
    },
    async list(path) {
      try {
        const entries = await readdir(at(path), { withFileTypes: true });
        return entries
          .filter((entry) => !entry.isDirectory())
          .map((entry) => entry.name)
          .sort();
      } catch (error) {
        throw unreadable(path, at(path), error);
      }
    },
    async *read(path, range) {
      try {
        yield* fileChunks(at(path), range);
      } catch (error) {
        throw unreadable(path, at(path), error);
      }
    },
  };
}

function unreadable(path: string, absolute: string, cause: unknown): unknown {
  if (cause instanceof DrctlError || !(cause instanceof Error) || !('code' in cause)) return cause;
  return new DrctlError('FILE_UNREADABLE', `Cannot read ${path}: ${String(cause.code)}`, {
    cause,
    hint: isAbsent(cause) ? `There is no file ${absolute}` : `Check the permissions of ${absolute}`,
  });
}

function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))
  );
}
