// The reversibility ledger: of each step that was done, how it is undone, what was there before it, whether that lies
// behind a point of no return, and what the run holds down at this moment.

import { counted } from '../../engine/index.ts';
import type { Style } from '../style.ts';
import { cut, tableLines, wrapped } from './table.ts';
import { keeperOf } from './undo-details.ts';
import type { UndoDetails } from './undo-details.ts';

export interface LedgerView {
  readonly undo: readonly UndoDetails[];
  readonly pointOfNoReturn: string | undefined;
  readonly style: Style;
  /** Every step. */
  readonly verbose: boolean;
  readonly columns: number;
}

const maxSteps = 15;
const maxStepLength = 34;
const minLastColumn = 12;

/** As short as a column must be. */
const howWords = { undo: 'put back', explicit: 'own steps', impossible: 'cannot' } as const;

export function ledgerLines(view: LedgerView): readonly string[] {
  const { undo, style, verbose, columns, pointOfNoReturn } = view;
  const worthy = undo.filter(({ how }) => how !== 'nothing');
  if (worthy.length === 0) return [];
  const shown = verbose ? worthy : worthy.slice(0, maxSteps);
  const rows = shown.map((step) => [cut(step.instance, maxStepLength), howText(step)]);
  const used = Math.max(...rows.map(([step = '']) => step.length), 4) + 2;
  const usedHow = Math.max(...rows.map(([, how = '']) => how.length), 4) + 2;
  const room = Math.max(minLastColumn, columns - 2 - used - usedHow);
  const cells = shown.map((step, index) => [
    ...coloured(rows[index] ?? [], step, style),
    cut(beforeText(step), Number.isFinite(room) ? room : Number.MAX_SAFE_INTEGER),
  ]);
  const lines = ['', `${style.bold('Can be undone')}, in this order`];
  lines.push(...tableLines(['STEP', 'HOW', 'WAS BEFORE'], cells, style).map((line) => `  ${line}`));
  if (shown.length < worthy.length) {
    lines.push(
      style.dim(
        `  and ${counted(worthy.length - shown.length, 'more step')} (--verbose shows all)`,
      ),
    );
  }
  const held = undo.filter(({ heldDown }) => heldDown).map(({ instance }) => instance);
  if (held.length > 0) {
    const text = `  Held down now, and back however the run ends: ${held.join(', ')}`;
    lines.push(...wrapped(style.warn(text), columns));
  }
  if (pointOfNoReturn !== undefined) {
    const text = `Phase ${pointOfNoReturn} has begun: rollback needs --force`;
    lines.push(...wrapped(style.bad(text), columns));
  }
  return lines;
}

function howText(step: UndoDetails): string {
  const { how, afterNoReturn, heldDown } = step;
  const isKept = keeperOf(step) !== undefined;
  const word = how === 'nothing' ? '' : isKept ? 'stays' : howWords[how];
  const marks = [heldDown ? 'held' : '', afterNoReturn && how !== 'impossible' ? '--force' : ''];
  return [word, ...marks].filter((part) => part !== '').join(', ');
}

function coloured(
  [step = '', how = '']: readonly string[],
  { how: kind, heldDown }: UndoDetails,
  style: Style,
): readonly string[] {
  if (kind === 'impossible') return [step, style.bad(how)];
  return [step, heldDown ? style.warn(how) : how];
}

/** The first object, and how many more. */
function beforeText({ how, because, before = [], steps = [] }: UndoDetails): string {
  if (how === 'impossible') return because ?? '';
  const [first] = before;
  if (first === undefined) return steps.map(({ id }) => id).join(', ');
  const more = before.length > 1 ? `; ${counted(before.length - 1, 'more object')}` : '';
  if (first.keptBy !== undefined) return `${first.object}: ${first.keptBy} keeps it${more}`;
  return `${first.object}${first.was === undefined ? '' : `: ${first.was}`}${more}`;
}
