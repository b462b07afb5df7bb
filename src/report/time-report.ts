// What the time of a run was spent on: its longest chain, and that of each stretch in which something was out of use.
// Pure: a run's header and journal give it.

import type { JournalRecord, Outage, RunHeader } from '../engine/index.ts';
import { chainTo, orderOf } from './chain.ts';
import type { Chain } from './chain.ts';
import { outageWindows } from './outage-windows.ts';
import type { OutageWindow } from './outage-windows.ts';
import { spansOf } from './spans.ts';
import type { Span } from './spans.ts';

export interface OutageReport extends Chain, Omit<OutageWindow, 'from' | 'until'> {
  /** drctl's own time over the time that nobody could have shortened (waits for the world); null without any such. */
  readonly ownShare: number | null;
}

export interface TimeReport {
  readonly runId: string;
  readonly runbook: { readonly name: string; readonly version: string };
  readonly beganAt: string;
  /** Of the last record; the run may be going on. */
  readonly endedAt: string;
  readonly chain: Chain;
  /** Of one that has not ended: as far as the journal goes. */
  readonly outages: readonly OutageReport[];
  /** False: the journal is older and does not tell waits apart; steps that only wait are counted as waits. */
  readonly tellsWaits: boolean;
}

export interface TimedRun {
  readonly header: Pick<RunHeader, 'runId' | 'runbook' | 'plan'>;
  readonly records: readonly JournalRecord[];
  readonly outages: readonly Outage[];
  /** The run is of the whole runbook. */
  readonly isWhole: boolean;
}

/** Undefined without a single record. JOURNAL_ILLEGAL. */
export function reportTime({
  header,
  records,
  outages,
  isWhole,
}: TimedRun): TimeReport | undefined {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const { phases } = header.plan;
  const spans = spansOf(records, phases);
  const order = orderOf(phases);
  const beganMs = Date.parse(first.at);
  const lastSpan = spans.at(-1);
  const nothing = { tookMs: 0, ownMs: 0, waitMs: 0, personMs: 0, idleMs: 0, links: [] };
  const chainOf = (span: Span | undefined, fromMs: number): Chain =>
    span === undefined ? nothing : chainTo(span, { spans, order, fromMs });
  return {
    runId: header.runId,
    runbook: { name: header.runbook.name, version: header.runbook.version },
    beganAt: first.at,
    endedAt: last.at,
    chain: chainOf(lastSpan, beganMs),
    outages: outageWindows(outages, records, isWhole).map(({ from, until, ...window }) => {
      const chain = chainOf(lastOf(spans, window, { from, until }), Date.parse(window.beganAt));
      const ownShare = chain.waitMs === 0 ? null : chain.ownMs / chain.waitMs;
      return { ...window, ownShare, ...chain };
    }),
    tellsWaits: records.some(({ event }) => 'waited' in event),
  };
}

/** What ended last in a window: the step, or the undo, that ended it. */
function lastOf(
  spans: readonly Span[],
  { endedAt }: Pick<OutageWindow, 'endedAt'>,
  steps: Pick<Outage, 'from' | 'until'>,
): Span | undefined {
  if (endedAt === null) return spans.at(-1);
  const endMs = Date.parse(endedAt);
  const within = spans.filter(({ endedMs }) => endedMs <= endMs);
  const isEnd = ({ step, endedMs }: Span): boolean =>
    endedMs === endMs && (step === steps.until || step === steps.from);
  return within.findLast(isEnd) ?? within.at(-1);
}
