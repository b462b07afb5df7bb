// All that a runbook says, as texts: where names are used.

import type { Json, Runbook } from '../../engine/index.ts';

export function textsOf(runbook: Runbook): readonly string[] {
  const { vars, targets, locks, impact, preconditions, phases, rollback } = runbook;
  const said = [
    [...vars.values()],
    [...targets.values()],
    locks,
    impact,
    preconditions,
    phases,
    [...rollback.values()],
  ];
  return stringsIn(JSON.parse(JSON.stringify(said)) as Json);
}

export function stringsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner: Json) => stringsIn(inner));
}

/**
 * Whether `root.name` or `root['name']` stands in one of the texts. A mention in plain words counts as a use, so that
 * nothing is called unused that is not.
 */
export function isUsed(root: 'env' | 'vars', name: string, texts: readonly string[]): boolean {
  const dotted = `${root}.${name}`;
  return texts.some(
    (text) =>
      text.includes(`${root}['${name}']`) ||
      text.includes(`${root}["${name}"]`) ||
      mentions(text, dotted),
  );
}

/** `env.A` is not mentioned by `env.AB`. */
function mentions(text: string, dotted: string): boolean {
  for (let at = text.indexOf(dotted); at >= 0; at = text.indexOf(dotted, at + 1)) {
    if (!/[\w-]/.test(text[at + dotted.length] ?? '')) return true;
  }
  return false;
}
