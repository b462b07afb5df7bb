// Certificates and keys that a kubeconfig gives inline (base64) or as a file. Inline wins, as with kubectl. Files are
// read anew each time: they are rotated while a run goes on.

import { readFile } from 'node:fs/promises';
import { DrctlError } from '../../engine/index.ts';
import type { JsonObject } from '../../engine/index.ts';

/** Reads "KEY-data" or "KEY" of a section; undefined: it has neither. TARGET_INVALID names the file that cannot be read. */
export async function readMaterial(
  section: JsonObject,
  key: string,
  kubeconfig: string,
): Promise<string | undefined> {
  const data = section[`${key}-data`];
  if (typeof data === 'string' && data !== '') {
    return checked(Buffer.from(data, 'base64').toString('utf8'), `${key}-data in ${kubeconfig}`);
  }
  const file = section[key];
  if (typeof file !== 'string' || file === '') return undefined;
  const where = `${file} (${key} in ${kubeconfig})`;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown error'})`;
    throw new DrctlError('TARGET_INVALID', `${where} ${why}`, { cause });
  }
  return checked(text, where);
}

function checked(text: string, where: string): string {
  if (text.includes('-----BEGIN ')) return text;
  throw new DrctlError('TARGET_INVALID', `${where} is not PEM: it has no "-----BEGIN" line`);
}
