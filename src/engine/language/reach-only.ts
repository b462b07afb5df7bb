// Which values say only how a target is reached from one machine: files (kubeconfigs, credentials, CA certificates) that
// nothing but the targets' settings names. On another machine they lie elsewhere, and the run is the same all the same.

import type { Runbook, Step } from '../contracts/runbook.ts';

/** Names of env values of type `file`. In doubt one is left out. What a remedy shows decides nothing. */
export function reachOnly(runbook: Runbook): ReadonlySet<string> {
  const settings = JSON.stringify([...runbook.targets.values()].map((target) => target.settings));
  const elsewhere = JSON.stringify([
    [...runbook.vars.values()],
    runbook.locks,
    runbook.preconditions.map(({ with: params, when, message }) => [params, when, message]),
    runbook.phases.map(({ guards, steps }) => [
      guards.map(({ with: params, when, message }) => [params, when, message]),
      steps.map(templatesOf),
    ]),
    [...runbook.rollback.values()].map((steps) => steps.map(templatesOf)),
  ]);
  // "env" taken as a whole, or by a name that is computed: then anything may be meant.
  if (/\benv\b(?!\.\w)/.test(elsewhere)) return new Set();
  const names = [...runbook.env].flatMap(([name, { type }]) => (type === 'file' ? [name] : []));
  return new Set(names.filter((name) => mentions(settings, name) && !mentions(elsewhere, name)));
}

function templatesOf({ with: params, when, forEach, key }: Step) {
  return [params, when, forEach, key];
}

function mentions(text: string, name: string): boolean {
  return new RegExp(String.raw`\b${name}\b`).test(text);
}
