// What the time of a run was spent on: its longest chain, and that of each stretch in which something was out of use.
// Pure: a run's header and journal give it.

import type { JournalRecord, Outage, RunHeader } from '../engine/index.ts';
import { chainTo, orderOf } from './chain.ts';
import type { Chain } from './chain.ts';
import { spansOf } from './spans.ts';
import type { Span } from './spans.ts';

export interface OutageReport extends Chain {
  readonly title: string;
  /** RFC 3339, UTC. */
  readonly beganAt: string;
  readonly endedAt: string;
  /** drctl's own time over the time that nobody could have shortened (waits for the world); null without any such. */
  readonly ownShare: number | null;
}

export interface RunReport {
  readonly runId: string;
  readonly runbook: { readonly name: string; readonly version: string };
  readonly beganAt: string;
  /** Of the last record; the run may be going on. */
  readonly endedAt: string;
  readonly chain: Chain;
  /** Of those whose first step has begun and whose last step has succeeded. */
  readonly outages: readonly OutageReport[];
  /** False: the journal is older and does not tell waits apart; steps that only wait are counted as waits. */
  readonly tellsWaits: boolean;
}

/** Undefined without a single record. */
export function reportRun(
  header: Pick<RunHeader, 'runId' | 'runbook' | 'plan'>,
  records: readonly JournalRecord[],
  outages: readonly Outage[],
): RunReport | undefined {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const { phases } = header.plan;
  const spans = spansOf(records, phases);
  const order = orderOf(phases);
  const beganMs = Date.parse(first.at);
  const lastSpan = spans.at(-1);
  const nothing = { tookMs: 0, ownMs: 0, waitMs: 0, personMs: 0, idleMs: 0, links: [] };
  return {
    runId: header.runId,
    runbook: { name: header.runbook.name, version: header.runbook.version },
    beganAt: first.at,
    endedAt: last.at,
    chain: lastSpan === undefined ? nothing : chainTo(lastSpan, { spans, order, fromMs: beganMs }),
    outages: outages.flatMap(({ title, from, until }) => {
      const begun = spans.find((span) => isAttemptOf(span, from));
      const ended = spans.findLast((span) => isAttemptOf(span, until));
      if (begun === undefined || ended === undefined || ended.endedMs < begun.beganMs) return [];
      const chain = chainTo(ended, { spans, order, fromMs: begun.beganMs });
      return [
        {
          title,
          beganAt: new Date(begun.beganMs).toISOString(),
          endedAt: new Date(ended.endedMs).toISOString(),
          ownShare: chain.waitMs === 0 ? null : chain.ownMs / chain.waitMs,
          ...chain,
        },
      ];
    }),
    tellsWaits: records.some(({ event }) => 'waited' in event),
  };
}

function isAttemptOf({ kind, step }: Span, wanted: string): boolean {
  return kind === 'attempt' && step === wanted;
}
