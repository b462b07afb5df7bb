// Lines → a Markdown table, for the terminal and for docs/benchmarks.md alike.

import { holds, isMeasured, ratioOf } from './line.ts';
import type { BenchLine, Line, Limit } from './line.ts';

const HEAD = ['what', 'drctl', 'beside it', 'ratio', 'wanted', 'holds'];

export function table(lines: readonly BenchLine[]): string {
  const rows = [HEAD, ...lines.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [text[0], rule, ...text.slice(1)].join('\n');
}

function cells(line: BenchLine): string[] {
  const what = `${line.suite}: ${line.name}`;
  if (!isMeasured(line)) return [what, '', '', '', '', `not measured: ${line.because}`];
  const ratio = ratioOf(line);
  return [
    what,
    figure(line.ours, line.unit),
    beside(line),
    ratio === undefined ? '' : `${short(ratio)} ×`,
    line.limit === undefined ? '' : wanted(line.limit, line.unit),
    verdict(line),
  ];
}

function verdict(line: Line): string {
  const held = holds(line);
  if (held === undefined) return '';
  return held ? 'yes' : 'NO';
}

function beside({ peer, theirs, unit }: Line): string {
  return peer === undefined || theirs === undefined ? '' : `${peer} ${figure(theirs, unit)}`;
}

function wanted({ of, atMost, atLeast }: Limit, unit: string): string {
  const written = (value: number) => (of === 'ratio' ? `${short(value)} ×` : figure(value, unit));
  const parts = [];
  if (atMost !== undefined) parts.push(`≤ ${written(atMost)}`);
  if (atLeast !== undefined) parts.push(`≥ ${written(atLeast)}`);
  return parts.join(', ');
}

const figure = (value: number, unit: string) => `${short(value)} ${unit}`;

/** Three significant digits: what two cores can be trusted with. */
function short(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
