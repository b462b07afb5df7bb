// drctl report. Reads without a lease, so it works while the run goes on.

import { createHash } from 'node:crypto';
import { DrctlError, loadRunbookFromSources } from '../../engine/index.ts';
import type { JournalRecord } from '../../engine/index.ts';
import { reportHtml, reportJson, reportMarkdown, reportRun } from '../../report/index.ts';
import type { RunReport } from '../../report/index.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import { placeForReport, writeReport } from '../report-file.ts';
import { findRun, openStore } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { reportLines } from '../views/report.ts';

export type ReportFormat = 'text' | 'html' | 'markdown' | 'json';

interface ReportArgs extends StateArgs {
  readonly run: string | undefined;
  readonly format: ReportFormat | undefined;
  readonly out: string | undefined;
}

export async function report(args: ReportArgs, cli: Cli): Promise<number> {
  const { output } = cli;
  const { out } = args;
  const format = args.format ?? formatOf(out);
  if (out !== undefined) {
    if (format === 'text') throw noFile(out);
    await placeForReport(out, cli);
  }
  const store = await openStore(args, cli);
  const header = await findRun(store, args.run);
  const registry = builtinRegistry();
  const runbook = await loadRunbookFromSources(header.sources, registry);
  const records: JournalRecord[] = [];
  const torn = (notice: string): void => output.note(output.noteStyle.warn(notice));
  for await (const record of store.read(header.runId, { torn })) records.push(record);
  const isAlive = (await store.holder(header.runId)) !== undefined;
  const found = reportRun({ header, records, runbook, registry, isAlive, now: new Date() });
  if (found === undefined) {
    if (out !== undefined) throw notBegun(header.runId);
    output.result(`Run ${header.runId} has not begun`);
    return 0;
  }
  output.event('report', { ...found });
  if (out !== undefined) {
    await writeReport(out, documents[format as keyof typeof documents](found), cli);
    output.result(`${output.style.good('✓')} Saved as ${out}`);
    output.event('saved', { file: out, runId: header.runId });
  } else if (format === 'text') {
    for (const line of reportLines(found, output)) output.result(line);
  } else {
    output.result(documents[format](found).trimEnd());
  }
  return 0;
}

const documents: Readonly<Record<Exclude<ReportFormat, 'text'>, (found: RunReport) => string>> = {
  html: (found) => reportHtml(found, (text) => createHash('sha256').update(text).digest('base64')),
  markdown: reportMarkdown,
  json: reportJson,
};

const endings: readonly (readonly [RegExp, ReportFormat])[] = [
  [/\.html?$/i, 'html'],
  [/\.(?:md|markdown)$/i, 'markdown'],
  [/\.json$/i, 'json'],
];

/** By how the file's name ends; without a file what a person reads here and now. */
function formatOf(out: string | undefined): ReportFormat {
  if (out === undefined) return 'text';
  return endings.find(([ending]) => ending.test(out))?.[1] ?? 'html';
}

function noFile(out: string): DrctlError {
  return new DrctlError('USAGE', `The text of a report is for the terminal, not for ${out}`, {
    hint: 'Give --format html, markdown or json; or leave out --out',
  });
}

function notBegun(runId: string): DrctlError {
  return new DrctlError('USAGE', `Run ${runId} has not begun: there is nothing to report`, {
    hint: `See "drctl status ${runId}"`,
  });
}
