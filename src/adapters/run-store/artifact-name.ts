// The names of a run's artifacts: relative paths that cannot lead out of the run. The same for every store.

import { DrctlError } from '../../engine/index.ts';

/** The name, when it cannot lead out of the run. PARAMS_INVALID. */
export function checkedName(name: string): string {
  const parts = name.split('/');
  if (/^[A-Za-z0-9._/-]+$/.test(name) && parts.every((part) => !['', '.', '..'].includes(part))) {
    return name;
  }
  throw new DrctlError('PARAMS_INVALID', `"${name}" is not a name for an artifact`, {
    hint: 'Use a relative path of letters, digits, ".", "_", "-" and "/", for example backup/etcd.db',
  });
}

/** Sorted: the name itself and what is below it, not what is beside it. */
export function namesBelow(prefix: string, names: readonly string[]): readonly string[] {
  const sorted = names.toSorted((one, other) => (one < other ? -1 : 1));
  if (prefix === '') return sorted;
  const below = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return sorted.filter((name) => name === prefix || name.startsWith(below));
}

export function noArtifact(name: string, cause?: unknown): DrctlError {
  return new DrctlError('CLIENT_NOT_FOUND', `This run has no artifact "${name}"`, { cause });
}
