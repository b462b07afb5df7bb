// Commands that a person can type instead of drctl, with what reaches the same cluster.

import type { RenderedTarget } from '../engine/index.ts';

/** "kubectl --kubeconfig FILE": without flags for a target that is not known. */
export function kubectl(targets: ReadonlyMap<string, RenderedTarget>, target: string): string {
  const settings = targets.get(target)?.settings ?? {};
  const flags = ['kubeconfig', 'context'].flatMap((flag) => {
    const value = settings[flag];
    return typeof value === 'string' && value !== '' ? [` --${flag} ${quoted(value)}`] : [];
  });
  return `kubectl${flags.join('')}`;
}

/** As a shell takes it for one word. */
export function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
