// What the world says about runs whose state is lost, and what it cannot say.

import type { LostRun } from '../lost-runs.ts';
import type { Style } from '../style.ts';
import { wrapped } from './table.ts';

export function lostRunLines(
  runs: readonly LostRun[],
  { style, columns }: { readonly style: Style; readonly columns: number },
): readonly string[] {
  if (runs.length === 0)
    return ['No run holds anything down on these targets, as far as notes and locks tell'];
  const lines = runs.flatMap((run) => [...linesOf(run, style), '']);
  return lines.slice(0, -1).flatMap((line) => wrapped(line, columns));
}

function linesOf({ run, workloads, locks }: LostRun, style: Style): readonly string[] {
  const lines = [`${style.bold('Run')} ${run}`];
  const [lock] = locks;
  if (lock !== undefined) {
    const { by, since, home } = lock.held;
    lines.push(
      `  begun by ${by} at ${since}${home === undefined ? '' : `; its state was in ${home} there`}`,
    );
  }
  for (const { target, name, note, replicas } of workloads) {
    const held = `  holds ${target} ${name} at ${note.after} since ${note.at}, was ${note.before} (${note.step})`;
    lines.push(replicas === note.after ? held : style.warn(`${held}; it has ${replicas} now`));
  }
  for (const { placed } of locks) {
    lines.push(
      `  holds the lock ${placed.lock.namespace}/${placed.lock.name} on ${placed.lock.target}`,
    );
  }
  lines.push(
    style.dim(
      '  Only this can be put back from here. What else it did (pauses, stopped workloads without a note, objects, DNS records) is written in its state alone: find a copy of it, or compare with "drctl plan" and put it back by hand',
    ),
  );
  return lines;
}

/** Plain data for machines. */
export function lostRunEvent({ run, workloads, locks }: LostRun): object {
  return {
    run,
    holds: workloads.map(({ target, name, note, replicas }) => ({
      target,
      name,
      ...note,
      replicas,
    })),
    locks: locks.map(({ placed: { lock }, held }) => ({
      target: lock.target,
      namespace: lock.namespace,
      name: lock.name,
      by: held.by,
      since: held.since,
      home: held.home,
    })),
  };
}
