// What a run leaves to somebody: what is out of use or held down, what could not be undone, what nobody is sure of, what
// a person decided. Pure.

import { counted, isOver } from '../engine/index.ts';
import type { Leftover } from './model.ts';
import { hasChanged, standingOf } from './phase-reports.ts';
import { between, capital, clock, inSentence, named } from './told-run.ts';
import type { ToldRun } from './told-run.ts';

/** `madeAt`: until when what is out of use has been so. */
export function leftoversOf(run: ToldRun, madeAt: string): readonly Leftover[] {
  return [
    ...outOfUse(run, madeAt),
    ...heldDown(run),
    ...ofInstances(run),
    ...notUndone(run),
    ...givenUp(run),
    ...decisions(run),
    ...notReached(run),
  ];
}

function outOfUse({ windows, titles }: ToldRun, madeAt: string): readonly Leftover[] {
  return windows
    .filter(({ endedAt }) => endedAt === null)
    .map(({ title, beganAt, until }) => ({
      kind: 'out-of-use',
      what: `${capital(title)}: since ${clock(beganAt)}, for ${between(beganAt, madeAt)} now`,
      because: `until “${titles.get(until) ?? until}” has succeeded, or it is put back`,
    }));
}

function heldDown(run: ToldRun): readonly Leftover[] {
  const held = run.summary.undo.filter((one) => one.heldDown);
  return held.map(({ instance }) => ({
    kind: 'held',
    what: `${named(run, instance)} is held down`,
    because: 'it comes back however the run ends, or with “drctl cleanup”',
  }));
}

function ofInstances(run: ToldRun): readonly Leftover[] {
  return [...run.state.instances.values()].flatMap((instance): readonly Leftover[] => {
    const { id, because, error } = instance;
    const what = named(run, id);
    switch (standingOf(instance, run.isAlive)) {
      case 'stays':
        return [{ kind: 'stays', what, ...why(because) }];
      case 'not-put-back':
        return [
          { kind: 'not-undone', what: `${what} could not be put back`, ...why(error?.message) },
        ];
      case 'cut-off':
        if (!hasChanged(instance) || instance.status === 'not-undoable') return [];
        return [{ kind: 'in-doubt', what: `${what} was cut off: it may have taken effect or not` }];
      case 'unclear':
        return [
          { kind: 'in-doubt', what: `Nobody can tell whether ${what} was done`, ...why(because) },
        ];
      default:
        return [];
    }
  });
}

const why = (because: string | undefined): { readonly because?: string } =>
  because === undefined ? {} : { because };

/** Of a run that somebody has to go on with. */
function notUndone({ state, summary }: ToldRun): readonly Leftover[] {
  if (isOver(state)) return [];
  const can = summary.undo.filter(({ how }) => how === 'undo' || how === 'explicit');
  const cannot = summary.undo.filter(({ how }) => how === 'impossible');
  const force =
    summary.pointOfNoReturn === undefined
      ? ''
      : `; phase “${summary.pointOfNoReturn}” has begun, so that needs --force`;
  return [
    ...(can.length === 0
      ? []
      : [
          {
            kind: 'not-undone' as const,
            what: `${counted(can.length, 'step')} changed something and can be put back`,
            because: `“drctl rollback ${state.runId ?? 'RUN'} --preview” tells how${force}`,
          },
        ]),
    ...cannot.map(({ title, because }) => ({
      kind: 'stays' as const,
      what: `“${title}”`,
      ...why(because),
    })),
  ];
}

function givenUp({ header, state }: ToldRun): readonly Leftover[] {
  const since = [...state.unavailable].filter((target) => !header.unavailable.includes(target));
  return [
    ...given(header.unavailable, 'nothing was changed there'),
    ...given(since, 'what the run had changed there by then stays so'),
  ];
}

function given(targets: readonly string[], because: string): readonly Leftover[] {
  if (targets.length === 0) return [];
  const what = `${capital(inSentence(targets))} ${targets.length === 1 ? 'was' : 'were'} given up`;
  return [{ kind: 'stays', what, because }];
}

function decisions(run: ToldRun): readonly Leftover[] {
  return run.records.flatMap(({ event }): readonly Leftover[] => {
    if (event.type !== 'step.decided' || event.decision === 'retry') return [];
    const how = event.decision === 'skip' ? 'left out' : 'marked as done';
    const what = `${named(run, event.step)} was ${how} by ${event.by.user}@${event.by.host}`;
    return [{ kind: 'by-decision', what, because: event.reason }];
  });
}

function notReached({ rest, state }: ToldRun): readonly Leftover[] {
  if (rest === undefined || state.outcome !== 'succeeded') return [];
  return [
    {
      kind: 'not-undone',
      what: `Only a part of the runbook was asked for: it ended before “${rest.next}”`,
      ...why(rest.because),
    },
  ];
}
