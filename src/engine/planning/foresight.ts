// What the steps that come before another one will do to the world it is planned on. Planning reads the world as it is
// now; where an earlier step changes it, what was read is provisional, and an absent object may be there in time.

import type { Effect, Ports } from '../contracts/action.ts';
import type { Change } from '../contracts/change.ts';
import type { Session } from './session.ts';

/** A step that has been planned. */
export interface ForeseenStep {
  readonly id: string;
  readonly effect: Effect;
  readonly targets: readonly string[];
  /** Of all its instances; a step that is planned later has one `later`; a skipped one has none. */
  readonly changes: readonly Change[];
  /** Of its instances, as far as they can tell. */
  readonly consequences: readonly object[];
}

/** Later steps have nothing to reckon with where an earlier one only looks: most do, so that the others stay few. */
export function isForeseeable({ effect, changes, consequences }: ForeseenStep): boolean {
  return (
    effect !== 'read' || consequences.length > 0 || changes.some(({ kind }) => kind !== 'none')
  );
}

/** The steps that surely end before one step begins, in the runbook's order. */
export interface Foresight {
  readonly earlier: readonly ForeseenStep[];
  /** Those of them whose end it waits for because it needs them. */
  readonly needed: ReadonlySet<string>;
}

/** Ids of earlier steps that may make something that a step on these targets misses now. */
export function makersFor(
  targets: readonly string[],
  { earlier, needed }: Foresight,
): readonly string[] {
  return earlier
    .filter((step) => step.effect !== 'read')
    .filter((step) => needed.has(step.id) || step.targets.some((name) => targets.includes(name)))
    .filter((step) => step.changes.some(({ kind }) => ['create', 'run', 'later'].includes(kind)))
    .map((step) => step.id);
}

/** The session of a step that acts: it is planned on the world as the steps before it will leave it. */
export function foreseeing<P extends Ports>(
  session: Session<P>,
  { earlier }: Foresight,
): Session<P> {
  const { readers, foresee } = session.ports;
  const consequences = earlier.flatMap((step) => step.consequences);
  if (foresee === undefined || consequences.length === 0) return session;
  return { ...session, ports: { ...session.ports, readers: foresee(readers, consequences) } };
}

/** What stays of a phase's steps when it has ended: some are undone then. */
export function afterPhase(steps: readonly ForeseenStep[], undone: ReadonlySet<string>) {
  return steps.map((step) => (undone.has(step.id) ? { ...step, consequences: [] } : step));
}

/**
 * The last earlier step that changes one of these objects ("source: NodePool clusters/np-1"), with the object; `foreseen`
 * when it has told how.
 */
export function changerOf(
  objects: Iterable<string>,
  { earlier }: Foresight,
): { readonly step: string; readonly object: string; readonly foreseen: boolean } | undefined {
  const wanted = new Set(objects);
  for (const step of earlier.toReversed()) {
    for (const change of step.changes) {
      if (change.kind === 'none' || change.kind === 'later') continue;
      const object = `${change.on.target}: ${change.on.object}`;
      if (wanted.has(object))
        return { step: step.id, object, foreseen: step.consequences.length > 0 };
    }
  }
  return undefined;
}
