// The plan with what its head says of the targets, and the digest by which it is approved.

import { planDigest, planRun, summarizePlan } from '../engine/index.ts';
import type { PastRun, Plan, Problem } from '../engine/index.ts';
import type { StateStore } from '../adapters/index.ts';
import { clusterIds } from './cluster-ids.ts';
import type { Cli } from './command.ts';
import { pastRuns } from './past-runs.ts';
import type { OpenSession } from './session.ts';
import { targetFacts } from './target-facts.ts';
import type { TargetFact } from './target-facts.ts';
import { planLines } from './views/plan.ts';

export interface MadePlan {
  readonly plan: Plan;
  readonly digest: string;
  readonly facts: readonly TargetFact[];
  /** See clusterIds. */
  readonly clusters: Readonly<Record<string, string>>;
  /** Undefined: only a part is planned, and nobody looked. */
  readonly past: readonly PastRun[] | undefined;
  readonly tookMs: number;
}

/** Reads the world. */
export async function makePlan(
  opened: OpenSession,
  store: StateStore,
  cli: Cli,
): Promise<MadePlan> {
  const { session, targets, connections } = opened;
  const { system, signal, unavailable, offline, runId, selection } = session;
  const beganMs = system.monotonicMs();
  if (!offline) cli.output.note(cli.output.noteStyle.dim('Reading the world …'));
  const [planned, facts, clusters, past] = await Promise.all([
    planRun(session),
    targetFacts({ targets, unavailable, connections, offline, signal }),
    offline ? {} : clusterIds(opened),
    selection === undefined ? pastRuns(session, store) : undefined,
  ]);
  const plan = { ...planned, warnings: [...givenUpTooSoon(facts, opened), ...planned.warnings] };
  const tookMs = system.monotonicMs() - beganMs;
  return { plan, facts, clusters, past, digest: planDigest(plan, { runId, clusters }), tookMs };
}

/** Whoever is there works against what a run without it does: a person must see to that first. */
function givenUpTooSoon(
  facts: readonly TargetFact[],
  { session }: OpenSession,
): readonly Problem[] {
  return facts
    .filter(({ answersThough }) => answersThough === true)
    .map(({ name }): Problem => {
      const at = session.runbook.targets.get(name)?.at;
      return {
        severity: 'warning',
        message: `target "${name}" is given up with --unavailable ${name}, and yet its server answers`,
        ...(at === undefined ? {} : { at }),
        hint: 'What runs there goes on and works against this run. Leave the flag out, or stop it for good before you confirm that it is gone',
      };
    });
}

/** Of a part nobody looks for earlier runs. */
type PrintedPlan = Pick<MadePlan, 'plan' | 'digest' | 'facts'> & Partial<Pick<MadePlan, 'past'>>;

export async function printPlan(
  { plan, digest, facts, past }: PrintedPlan,
  /** `path`: as the person named the file. `when`: how long it took, or how old it is. */
  view: {
    readonly path: string;
    readonly when: string;
    readonly full: boolean;
    /** All of it may go through one. */
    readonly pager?: boolean;
  },
  cli: Cli,
): Promise<void> {
  const { style, columns, proseColumns } = cli.output;
  const shown = { ...view, digest, facts, past, style, columns, proseColumns };
  await cli.output.longResult(planLines(plan, shown), view.full && view.pager === true);
  cli.output.event('plan', {
    digest,
    summary: summarizePlan(plan),
    targets: facts,
    pastRuns: past,
    plan,
  });
}
