// A bearer token in a file that somebody else renews, like a pod's projected token. The last one that could be read
// stays in use while the file is being replaced.

import { readFile } from 'node:fs/promises';
import { DrctlError } from '../../engine/index.ts';

export interface TokenFile {
  /** TARGET_INVALID when no token was ever there. */
  read(): Promise<string>;
}

export function createTokenFile(file: string, kubeconfig: string): TokenFile {
  let last: string | undefined;
  return {
    async read() {
      let why: string;
      let cause: unknown;
      try {
        const token = (await readFile(file, 'utf8')).trim();
        if (isToken(token)) return (last = token);
        why = token === '' ? 'is empty' : 'holds something else than one token';
      } catch (error) {
        cause = error;
        const { code } = error as NodeJS.ErrnoException;
        why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown error'})`;
      }
      if (last !== undefined) return last;
      throw new DrctlError('TARGET_INVALID', `The token file ${file} of ${kubeconfig} ${why}`, {
        cause,
      });
    },
  };
}

/** What may stand in an Authorization header. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
