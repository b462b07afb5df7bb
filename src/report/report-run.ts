// The report of a run: its header and journal → a document. Pure.

import { stepGraph } from '../authoring/index.ts';
import { fold, restOfRunbook, summarizeRun } from '../engine/index.ts';
import type { JournalRecord, Ports, Registry, RunHeader, Runbook } from '../engine/index.ts';
import { changeReports } from './change-reports.ts';
import { cleanData } from './clean-text.ts';
import { approvalsOf, deedsOf } from './deeds.ts';
import { endingOf } from './ending.ts';
import { leftoversOf } from './leftovers.ts';
import type { RunReport, SessionReport } from './model.ts';
import { outageWindows } from './outage-windows.ts';
import { phaseReports } from './phase-reports.ts';
import { sessionsOf } from './sessions.ts';
import { spansOf } from './spans.ts';
import { storyOf } from './story.ts';
import { reportTime } from './time-report.ts';
import type { ToldRun } from './told-run.ts';
import { troublesOf } from './troubles.ts';
import { hiddenPlaces, versionsOf } from './versions.ts';

export interface ReportRequest<P extends Ports> {
  readonly header: RunHeader;
  readonly records: readonly JournalRecord[];
  readonly runbook: Runbook;
  readonly registry: Registry<P>;
  /** A process works on the run now. */
  readonly isAlive: boolean;
  readonly now: Date;
}

/** Undefined without a single record: the run has not begun. JOURNAL_ILLEGAL. */
export function reportRun<P extends Ports>(request: ReportRequest<P>): RunReport | undefined {
  const { header, records, runbook, registry, isAlive, now } = request;
  const rest = restOfRunbook(runbook, registry, header.plan.selection);
  const isWhole = rest === undefined;
  const timed = reportTime({ header, records, outages: runbook.outages, isWhole });
  if (timed === undefined) return undefined;
  const state = fold(records);
  const steps = runbook.phases.flatMap((phase) => phase.steps);
  const run: ToldRun = {
    header,
    records,
    state,
    summary: summarizeRun(runbook, registry, state, header.plan),
    rest,
    sessions: sessionsOf(records, isAlive),
    spans: spansOf(records, header.plan.phases),
    windows: outageWindows(runbook.outages, records, isWhole),
    isAlive,
    titles: new Map(steps.map(({ id, title }) => [id, title])),
    phaseOf: new Map(steps.map(({ id, phase }) => [id, phase])),
  };
  const madeAt = now.toISOString();
  const troubles = troublesOf(run);
  return cleanData({
    kind: 'drctl-report',
    format: 1,
    madeAt,
    ...timed,
    ending: endingOf(run, troubles, madeAt),
    troubles,
    leftovers: leftoversOf(run, madeAt),
    deeds: deedsOf(run),
    sessions: run.sessions.map(shown),
    story: storyOf(run),
    phases: phaseReports(run),
    changes: changeReports(run),
    approvals: approvalsOf(run),
    versions: versionsOf(run),
    values: header.env,
    hidden: { names: header.sensitiveEnv, places: hiddenPlaces(header.plan, records) },
    graph: stepGraph(runbook, registry),
  });
}

function shown({ kind, by, pid, beganAt, endedAt, end }: SessionReport): SessionReport {
  return { kind, by, pid, beganAt, endedAt, end };
}
