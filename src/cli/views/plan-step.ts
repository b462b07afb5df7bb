// One step of a plan: a headline with the strongest of its changes, and the changes below it.

import { assertNever, counted } from '../../engine/index.ts';
import type {
  Change,
  JsonObject,
  Plan,
  PlannedInstance,
  PlannedPhase,
  PlannedStep,
} from '../../engine/index.ts';
import { changeLines, groupLines, paintKind, symbols } from './change.ts';
import type { ChangeKind, ChangeView } from './change.ts';
import { errorRecordLines } from './error.ts';
import { groupChanges } from './change-groups.ts';
import { wrapped } from './table.ts';

const MAX_INSTANCES = 5;
const MAX_CHANGES = 8;
/** A note that is longer is cut where not all is asked for. */
const MAX_NOTE_LINES = 3;

/** What is shown of a step when its changes differ: the first of these that occurs. */
const strongest: readonly ChangeKind[] = ['delete', 'create', 'update', 'run', 'later', 'none'];

export function stepLines(step: PlannedStep, view: ChangeView): readonly string[] {
  const { style } = view;
  const { fate } = step;
  const mark = step.deferUndo ? style.dim(' (undone when the phase ends)') : '';
  switch (fate.kind) {
    case 'skipped':
      return told(style.dim(`· ${step.id} is skipped: ${fate.because}`), view);
    case 'later':
      return [
        ...told(`${style.later(symbols.later)} ${headline(step)}${mark}`, view),
        ...told(`    ${style.dim(`${risky(step)}known after ${fate.waitsFor.join(', ')}`)}`, view),
        ...knownParams(step, fate.params ?? {}, view),
      ];
    case 'planned': {
      const broken = isBrokenStep(step);
      // Offline nothing is known of any change.
      const known =
        fate.instances.some(({ changes }) => changes.length > 0) || fate.instances.length === 0;
      const kind = kindOf(step);
      const symbol = broken ? style.bad('✗') : known ? paintKind(kind, style)(symbols[kind]) : '·';
      const quiet = kind === 'none' && !broken;
      const head = quiet ? style.dim(headline(step)) : headline(step);
      return [
        ...told(`${symbol} ${head}${mark}`, view),
        ...instanceLines(step, fate.instances, view),
      ];
    }
    default:
      return assertNever(fate);
  }
}

/** What is done by a step of that kind, after a count. */
export const stepWords: Readonly<Record<ChangeKind, string>> = {
  delete: 'deleting',
  create: 'creating',
  update: 'updating',
  run: 'at work',
  later: 'known later',
  none: 'changing nothing',
};

/** The strongest of its changes. */
export function kindOf({ fate }: PlannedStep): ChangeKind {
  if (fate.kind === 'later') return 'later';
  if (fate.kind === 'skipped') return 'none';
  const kinds = new Set(fate.instances.flatMap(({ changes }) => changes.map(({ kind }) => kind)));
  return strongest.find((kind) => kinds.has(kind)) ?? 'none';
}

/** It could not be planned. */
export function isBrokenStep({ fate }: PlannedStep): boolean {
  return fate.kind === 'planned' && fate.instances.some(({ error }) => error !== undefined);
}

function headline(step: PlannedStep): string {
  const title = step.title === step.id ? '' : `  ${step.title}`;
  return `${step.id}${title}  [${step.action}]`;
}

/** Inside a phase. */
function told(line: string, { proseColumns }: ChangeView): readonly string[] {
  return wrapped(line, proseColumns - 2);
}

/** Where a step that changes something goes, as far as that is known before what it does there. */
function knownParams(
  { effect }: PlannedStep,
  params: JsonObject,
  view: ChangeView,
): readonly string[] {
  if (effect === 'read') return [];
  const parts = Object.entries(params).flatMap(([name, value]) => {
    const isKnown = typeof value === 'string' && !value.includes('(known after ');
    return isKnown || typeof value === 'number' ? [`${name} ${value}`] : [];
  });
  if (parts.length === 0) return [];
  return told(`    with ${parts.join(', ')}`, view).map((line) => view.style.dim(line));
}

/** Only steps that may change something have a risk worth naming before it is known. */
function risky(step: PlannedStep): string {
  return step.effect === 'destroy' ? 'destructive; ' : '';
}

function instanceLines(
  step: PlannedStep,
  instances: readonly PlannedInstance[],
  view: ChangeView,
): readonly string[] {
  if (instances.length === 0) return [view.style.dim('    = nothing matches')];
  if (!view.full && instances.every(({ error }) => error === undefined)) {
    return [
      ...someChanges(
        step,
        instances.flatMap(({ changes }) => changes),
        view,
      ),
      ...noteLines([...new Set(instances.flatMap(({ notes }) => notes))], view),
    ];
  }
  const shown = view.full ? instances : instances.slice(0, MAX_INSTANCES);
  const lines = shown.flatMap((instance) => oneInstance(step, instance, view));
  const left = instances.length - shown.length;
  if (left > 0)
    lines.push(view.style.dim(`    … ${counted(left, 'more instance')} of this step (--full)`));
  return lines;
}

function oneInstance(
  step: PlannedStep,
  instance: PlannedInstance,
  view: ChangeView,
): readonly string[] {
  const { style } = view;
  const lines: string[] = [];
  if (instance.id !== step.id) lines.push(`    ${style.dim(instance.id)}`);
  if (instance.error !== undefined) {
    for (const line of errorRecordLines(instance.error, style)) lines.push(`    ${line}`);
  }
  const changes = view.full
    ? instance.changes.flatMap((change) => changeLines(change, view).map((line) => `    ${line}`))
    : someChanges(step, instance.changes, view);
  return [...lines, ...changes, ...noteLines(instance.notes, view)];
}

/** Those of one sort together. */
function someChanges(
  step: PlannedStep,
  changes: readonly Change[],
  view: ChangeView,
): readonly string[] {
  const groups = groupChanges(changes.filter((change) => !isPlainRead(change, step)));
  const lines = groups
    .slice(0, MAX_CHANGES)
    .flatMap((one) => ('names' in one ? groupLines(one, view) : changeLines(one, view)))
    .map((line) => `    ${line}`);
  const left = groups.length - MAX_CHANGES;
  return left > 0
    ? [...lines, view.style.dim(`    … ${counted(left, 'more change')} (--full)`)]
    : lines;
}

function noteLines(
  notes: readonly string[],
  { style, columns, full }: ChangeView,
): readonly string[] {
  return notes.flatMap((note) => {
    if (full) return [style.dim(`    note: ${note}`)];
    const lines = wrapped(`    note: ${note}`, Math.max(60, columns - 2));
    const cutOff = lines.length > MAX_NOTE_LINES ? [`      … (--full)`] : [];
    return [...lines.slice(0, MAX_NOTE_LINES), ...cutOff].map((line) => style.dim(line));
  });
}

/** "reads only" below every reading step would say nothing. */
function isPlainRead(change: Change, step: PlannedStep): boolean {
  return change.kind === 'none' && step.effect === 'read';
}

/** "source: HostedCluster clusters/demo", for every deletion, whatever its risk, and all else that is destructive, in order. */
export function destroyedObjects(plan: Plan, phaseId?: string): readonly string[] {
  const phases = plan.phases.filter((phase) => phaseId === undefined || phase.id === phaseId);
  const found = phases.flatMap((phase) => phase.steps.flatMap((step) => destroyedBy(step)));
  return [...new Set(found)];
}

/** What the steps of a phase that destroy say beside it: what goes with an object, and cannot come back. */
export function destroyingNotes({ steps }: PlannedPhase): readonly string[] {
  const notes = steps.flatMap(({ effect, fate }) =>
    effect === 'destroy' && fate.kind === 'planned'
      ? fate.instances.flatMap((one) => one.notes)
      : [],
  );
  return [...new Set(notes)];
}

function destroyedBy(step: PlannedStep): readonly string[] {
  const unknown = (id: string): readonly string[] =>
    step.risk === 'destructive' ? [`what ${id} finds (${step.title})`] : [];
  if (step.fate.kind === 'later') return unknown(step.id);
  if (step.fate.kind === 'skipped') return [];
  return step.fate.instances.flatMap((instance) => {
    // Planned without looking at the world.
    if (instance.changes.length === 0) return unknown(instance.id);
    return instance.changes.flatMap((change) => {
      if (change.kind === 'later') return unknown(instance.id);
      if (change.kind === 'none') return [];
      const isLost = change.kind === 'delete' || change.risk === 'destructive';
      return isLost ? [`${change.on.target}: ${change.on.object}`] : [];
    });
  });
}
