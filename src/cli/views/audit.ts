// What an audit has checked, with counts, and everything it has found.

import { counted, listSome } from '../../engine/index.ts';
import type { AuditFinding, AuditPart, RunAudit } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import { tableLines } from './table.ts';

type Look = Pick<Output, 'style' | 'verbose'>;

/** More than these are counted: a journal that is no journal has a problem in each line. */
const MAX_SHOWN = 200;

export function auditLines(audit: RunAudit, look: Look): readonly string[] {
  const { style } = look;
  const { runId, header, findings } = audit;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const title =
    header === undefined ? '' : style.dim(`  ${header.runbook.name} ${header.runbook.version}`);
  return [
    `${style.bold('Run')} ${runId}${title}`,
    '',
    ...tableLines(['CHECKED', 'VERDICT', 'WHAT'], checkedRows(audit, look), style),
    ...findings.slice(0, MAX_SHOWN).flatMap((finding) => ['', ...findingLines(finding, look)]),
    ...(findings.length > MAX_SHOWN
      ? ['', `and ${counted(findings.length - MAX_SHOWN, 'more problem')}; --json lists all`]
      : []),
    ...unrecordedLines(audit, look),
    '',
    ...verdictLines(audit, errors.length, look),
  ];
}

function checkedRows(audit: RunAudit, { style }: Look): string[][] {
  const { header, journal, artifacts, leases, findings } = audit;
  const row = (part: AuditPart, what: string): string[] => {
    const count = findings.filter((one) => one.part === part && one.severity === 'error').length;
    return [part, count === 0 ? style.good('sound') : style.bad(counted(count, 'problem')), what];
  };
  const lines =
    journal === undefined
      ? 'missing'
      : `${counted(journal.lines, 'line')}, ${journal.sizeBytes} bytes: sequence and hash of each`;
  return [
    row('header', header === undefined ? 'not readable' : 'shape, runbook and its digest'),
    row('journal', lines),
    row('events', `${counted(journal?.events ?? 0, 'event')} that may follow those before them`),
    row(
      'artifacts',
      `${counted(artifacts.artifacts, 'artifact')}, ${artifacts.sizeBytes} bytes, against the journal`,
    ),
    row('leases', counted(leases, 'lease')),
  ];
}

function findingLines(finding: AuditFinding, { style }: Look): readonly string[] {
  const { severity, part, line, message, expected, found, hint, file } = finding;
  const mark = severity === 'error' ? style.bad('error') : style.warn('warning');
  const place = line === undefined || file === undefined ? part : `${file}:${line}`;
  const lines = [`${mark} ${place}: ${message}`];
  if (expected !== undefined) lines.push(`  expected ${expected}`);
  if (found !== undefined) lines.push(`  found    ${found}`);
  if (hint !== undefined) lines.push(`  ${style.accent(hint)}`);
  return lines;
}

function unrecordedLines({ artifacts, isHeld }: RunAudit, { style }: Look): readonly string[] {
  const { unrecorded } = artifacts;
  if (unrecorded.length === 0 || isHeld) return [];
  const what = counted(unrecorded.length, 'artifact');
  return [
    '',
    `The content of ${what} cannot be checked, since the journal has no digest: ${listSome(unrecorded)}`,
    style.dim(
      '  That does not mean damage: such files are left by a step that was cut off, failed or was undone, or put there by somebody',
    ),
  ];
}

function verdictLines(
  { runId, journal, isHeld }: RunAudit,
  errors: number,
  { style }: Look,
): readonly string[] {
  const lines: string[] = [];
  if (journal !== undefined && journal.tornBytes > 0) {
    lines.push(
      isHeld
        ? `A line is being written right now (${journal.tornBytes} bytes so far)`
        : style.warn(
            `The last line was cut off by a crash (${journal.tornBytes} bytes): it was never acknowledged, and resume drops it`,
          ),
    );
  }
  if (journal !== undefined) {
    lines.push(`${style.bold('Head')} ${journal.head} after ${counted(journal.lines, 'line')}`);
    lines.push(
      style.dim(
        '  Compare it with one that was noted elsewhere: who rewrites the whole journal can compute the chain anew',
      ),
    );
  }
  if (errors === 0) {
    lines.push(`${style.good('✓')} All that was checked is as drctl wrote it`);
  } else {
    lines.push(`${style.bad('✗')} Run ${runId} cannot be trusted: ${counted(errors, 'problem')}`);
    lines.push(
      `  ${style.accent('Put what is damaged back from a copy; docs/operating.md, "A damaged journal", says what else can be done')}`,
    );
  }
  return lines;
}
