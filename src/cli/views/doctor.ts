// What doctor found out, for people: a block for each target, what is missing first.

import type { KubeIdentity } from '../../adapters/index.ts';
import { counted } from '../../engine/index.ts';
import type { PermissionUse } from '../../engine/index.ts';
import { answersOf, isInOrder } from '../doctor/rights.ts';
import type { Answer, ExaminedKube, ExaminedTarget } from '../doctor/rights.ts';
import { inVerbOrder } from '../doctor/kube-rules.ts';
import type { Style } from '../style.ts';
import { cut, tableLines } from './table.ts';

const MAX_NAMES = 60;
const MAX_USES = 2;
const MAX_USES_WIDTH = 48;

export function examinationLines(
  targets: readonly ExaminedTarget[],
  style: Style,
): readonly string[] {
  return targets.flatMap((target) => [
    ...headLines(target, style),
    ...rightLines(target, style),
    '',
  ]);
}

function headLines(target: ExaminedTarget, style: Style): readonly string[] {
  const { name, type, where, problem, mayBeDown } = target;
  const head = `${style.bold(name)}  ${style.dim(`${type}, ${where}`)}`;
  if (problem !== undefined) {
    const mark = mayBeDown ? style.warn('!') : style.bad('✗');
    const allowed = mayBeDown ? style.dim(' (it may be away; what is needed there is listed)') : '';
    return [head, `  ${mark} ${problem}${allowed}`, countLine(target, style)];
  }
  const answers = target.type === 'aws' ? 'AWS answers' : `Kubernetes ${target.version ?? ''}`;
  return [
    head,
    `  ${style.good('✓')} ${answers}`,
    `  ${identityLine(target, style)}`,
    countLine(target, style),
  ];
}

function identityLine(target: ExaminedTarget, style: Style): string {
  if (target.identity === undefined) {
    return `${style.warn('?')} who you are there is not known: neither the server nor the credentials say it`;
  }
  if (target.type === 'aws') return `${style.good('✓')} you are ${target.identity}`;
  const { user, groups } = target.identity;
  const among = groups.length === 0 ? '' : style.dim(` (groups: ${groups.join(', ')})`);
  return `${style.good('✓')} you are ${user}${among}${style.dim(sourceOf(target.identity))}`;
}

function sourceOf({ knownFrom }: KubeIdentity): string {
  return knownFrom === 'server' ? '' : `, so says your ${knownFrom}: the server was not asked`;
}

function countLine(target: ExaminedTarget, style: Style): string {
  const answers = answersOf(target);
  const count = (has: Answer['has']): number => answers.filter((one) => one.has === has).length;
  const [missing, unknown] = [count('no'), count('unknown')];
  const total = counted(answers.length, 'right');
  if (missing > 0)
    return `  ${style.bad('✗')} ${missing} of ${total} missing${unknownPart(unknown)}`;
  if (unknown === answers.length && unknown > 0) return `  ${style.warn('?')} ${total} not checked`;
  return `  ${style.good('✓')} you have ${unknown === 0 ? 'all' : answers.length - unknown} of ${total}${unknownPart(unknown)}`;
}

function unknownPart(unknown: number): string {
  return unknown === 0 ? '' : `, ${unknown} not checked`;
}

interface Line {
  readonly answer: Answer;
  readonly verb: string;
  readonly on: string;
  readonly where: string;
  readonly name: string;
  readonly uses: readonly PermissionUse[];
}

const ranks = { no: 0, unknown: 1, yes: 2 } as const;

function rightLines(target: ExaminedTarget, style: Style): readonly string[] {
  const lines = target.type === 'aws' ? awsLines(target.rights) : kubeLines(target);
  if (lines.length === 0) return [];
  const shown = target.type === 'aws' ? inRank(lines) : rowsOf(lines);
  const rows = shown.map(({ answer, verb, on, where, name, uses }) => [
    `  ${markOf(answer, style)} ${verb}`,
    on,
    ...(target.type === 'aws' ? [] : [where, cut(name, MAX_NAMES)]),
    style.dim(cut(forWhom(uses, answer), MAX_USES_WIDTH)),
  ]);
  const headings =
    target.type === 'aws'
      ? ['    RIGHT', 'ON', 'FOR']
      : ['    RIGHT', 'ON', 'WHERE', 'NAMES', 'FOR'];
  return tableLines(headings, rows, style);
}

function kubeLines({ rights, paths }: ExaminedKube): readonly Line[] {
  return [
    ...rights.map(({ answer, verb, served, subresource, namespace, name, uses }): Line => {
      const resource =
        subresource === undefined ? served.plural : `${served.plural}/${subresource}`;
      const group = served.group === '' || served.group === '*' ? '' : `.${served.group}`;
      const guessed = served.knownFrom === 'guess' ? ' (guessed)' : '';
      return {
        answer,
        verb,
        on: `${resource}${group}${guessed}`,
        where: namespace ?? (served.namespaced ? 'all namespaces' : 'cluster'),
        name: name ?? '',
        uses,
      };
    }),
    ...paths.map(({ answer, verb, path, uses }): Line => ({
      answer,
      verb,
      on: path,
      where: 'cluster',
      name: '',
      uses,
    })),
  ];
}

function awsLines(rights: Extract<ExaminedTarget, { type: 'aws' }>['rights']): readonly Line[] {
  return rights.map(({ answer, action, resource, uses }) => ({
    answer,
    verb: action,
    on: resource,
    where: '',
    name: '',
    uses,
  }));
}

/** Verbs of one object in one row, then objects with the same verbs. */
function rowsOf(lines: readonly Line[]): readonly Line[] {
  const byObject = merged(lines, ({ name }) => name, 'verb', ' ').map((line) => ({
    ...line,
    verb: inVerbOrder(line.verb.split(' ')).join(' '),
  }));
  const byVerbs = merged(byObject, ({ verb }) => verb, 'name', ', ');
  return inRank(byVerbs);
}

/** What is missing first. */
function inRank(lines: readonly Line[]): readonly Line[] {
  return lines.toSorted((a, b) => ranks[a.answer.has] - ranks[b.answer.has]);
}

function merged(
  lines: readonly Line[],
  also: (line: Line) => string,
  field: 'verb' | 'name',
  separator: string,
): readonly Line[] {
  const found = new Map<string, Line>();
  for (const line of lines) {
    const { has, because } = line.answer;
    const isAll = field === 'name' && line.name === '';
    const key = JSON.stringify([has, because, line.on, line.where, also(line), isAll]);
    const before = found.get(key);
    if (before === undefined) found.set(key, line);
    else {
      const values = new Set([...before[field].split(separator), line[field]]);
      found.set(key, {
        ...before,
        [field]: [...values].join(separator),
        uses: [...before.uses, ...line.uses],
      });
    }
  }
  return [...found.values()];
}

function markOf({ has }: Answer, style: Style): string {
  if (has === 'yes') return style.good('✓');
  return has === 'no' ? style.bad('✗') : style.warn('?');
}

function forWhom(uses: readonly PermissionUse[], { because }: Answer): string {
  const names = [
    ...new Set(uses.map(({ as, id }) => (as === 'undo' || as === 'lock' ? `${as} ${id}` : id))),
  ];
  const more = names.length > MAX_USES ? ` +${names.length - MAX_USES}` : '';
  const whom = `${names.slice(0, MAX_USES).join(', ')}${more}`;
  return because === undefined ? whom : `${because}: ${whom}`;
}

export function verdictLines(
  targets: readonly ExaminedTarget[],
  withoutTarget: readonly string[],
  style: Style,
): readonly string[] {
  const open =
    withoutTarget.length === 0
      ? []
      : [
          `${style.warn('!')} Not looked at, since their target is known only during the run: ${withoutTarget.join(', ')}`,
        ];
  const faults = targets.filter((target) => !isInOrder(target)).map(faultOf);
  return faults.length === 0
    ? [...open, `${style.good('✓')} Nothing that could be checked is missing`]
    : [...open, `${style.bad('✗')} Not ready: ${faults.join('; ')}`];
}

function faultOf(target: ExaminedTarget): string {
  if (target.problem !== undefined) return `${target.name} does not answer`;
  const missing = answersOf(target).filter(({ has }) => has === 'no').length;
  return `${counted(missing, 'right')} missing on ${target.name}`;
}
