// What the time of a run was spent on, for people.

import type { Chain, Link, OutageReport, TimeReport } from '../../report/index.ts';
import type { Output } from '../output.ts';
import { cut, tableLines } from './table.ts';

type Look = Pick<Output, 'style' | 'verbose' | 'proseColumns'>;

/** Shorter links are added up, unless all are wanted. */
const SHOWN_FROM_MS = 100;
const LONGEST_WORDS = 80;

export function reportLines(report: TimeReport, look: Look): readonly string[] {
  const { style } = look;
  const { runId, runbook, chain, outages, tellsWaits } = report;
  const older = tellsWaits
    ? []
    : ['', style.dim('The journal does not tell waits apart: steps that only wait count as waits')];
  return [
    `${style.bold('Run')} ${runId}${style.dim(`  ${runbook.name} ${runbook.version}`)}`,
    ...outages.flatMap((outage) => ['', ...outageLines(outage, look)]),
    '',
    `${style.bold('The longest chain of the run:')} ${sumOf(chain)}`,
    ...chainLines(chain, look),
    ...older,
  ];
}

function outageLines(outage: OutageReport, look: Look): readonly string[] {
  const { style } = look;
  const share =
    outage.ownShare === null
      ? ''
      : style.dim(
          `  drctl adds ${(outage.ownShare * 100).toFixed(1)} % to what had to be waited for`,
        );
  return [
    `${style.bold(`${capital(outage.title)}:`)} ${sumOf(outage)}${share}`,
    ...(outage.endedAt === null
      ? [style.warn(`  not over: since ${outage.beganAt}, as far as the journal says`)]
      : []),
    ...chainLines(outage, look),
  ];
}

/** "121.3 s (waits 118.2 s, drctl 3.1 s)". */
function sumOf({ tookMs, ownMs, waitMs, personMs, idleMs }: Chain): string {
  const parts = [
    `waits ${seconds(waitMs)} s`,
    `drctl ${seconds(ownMs)} s`,
    ...(personMs > 0 ? [`people ${seconds(personMs)} s`] : []),
    ...(idleMs > 0 ? [`stopped ${seconds(idleMs)} s`] : []),
  ];
  return `${seconds(tookMs)} s (${parts.join(', ')})`;
}

function chainLines({ links }: Chain, { style, verbose }: Look): readonly string[] {
  const shown = verbose ? links : links.filter(({ tookMs }) => tookMs >= SHOWN_FROM_MS);
  const short = links.filter((link) => !shown.includes(link));
  const shortMs = short.reduce((total, { tookMs }) => total + tookMs, 0);
  const rows = shown.map((link) => [
    seconds(link.tookMs),
    seconds(link.ownMs),
    link.kind === 'approval' ? link.title : link.id,
    whose(link),
  ]);
  if (rows.length === 0) return [];
  return [
    ...tableLines(['SECONDS', 'DRCTL', 'STEP', 'WAITED FOR'], rows, style),
    ...(short.length === 0
      ? []
      : [
          style.dim(
            `and ${short.length} shorter, ${seconds(shortMs)} s together (--verbose lists them)`,
          ),
        ]),
  ];
}

function whose({ waitMs, personMs, idleMs, waitedFor }: Link): string {
  if (idleMs > 0) return 'no drctl was at work';
  if (personMs > 0) return 'a person';
  return waitMs > 0 && waitedFor !== null ? cut(waitedFor, LONGEST_WORDS) : '';
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
