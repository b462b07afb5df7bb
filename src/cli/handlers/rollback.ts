// drctl rollback.

import {
  DrctlError,
  loadRunbookFromSources,
  halfWayText,
  previewRollback,
  refusedHalfWay,
  rollbackRun,
  stepOfInstance,
} from '../../engine/index.ts';
import type { RollbackPreview, RunHeader, RunState, Runbook } from '../../engine/index.ts';
import type { StateStore } from '../../adapters/index.ts';
import { canAsk, createApprover } from '../approver.ts';
import type { ApprovalArgs } from '../approver.ts';
import { assertFree } from '../assert-free.ts';
import { checkApprovals } from '../check-approvals.ts';
import type { Cli } from '../command.ts';
import { builtinRegistry } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
import { givenUp, openRecorded } from '../open-recorded.ts';
import { checkRollbackTo } from '../rollback-to.ts';
import { createEventRelay, driveRun } from '../run-driver.ts';
import { durationFlag } from '../session.ts';
import { findRun, openStore, readState } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';
import { tableLines, wrapped } from '../views/table.ts';
import { detailLines, keeperOf, undoDetails } from '../views/undo-details.ts';
import type { UndoDetails } from '../views/undo-details.ts';

export interface RollbackArgs extends InputArgs, ApprovalArgs, StateArgs {
  readonly run: string | undefined;
  readonly preview: boolean;
  readonly to: string | undefined;
  readonly force: boolean;
  readonly takeover: boolean;
  readonly parallel: number;
  readonly unavailable: readonly string[];
  readonly available: readonly string[];
  readonly timeout: string | undefined;
}

const DEFAULT_TIMEOUT_MS = 60 * 60 * 1_000;

export async function rollback(args: RollbackArgs, cli: Cli): Promise<number> {
  const timeoutMs =
    args.timeout === undefined ? DEFAULT_TIMEOUT_MS : durationFlag(args.timeout, '--timeout');
  const store = await openStore(args, cli);
  const header = await findRun(store, args.run);
  const columns = cli.output.proseColumns;
  const { preview, runbook, state } = await readPreview(store, header, { args, columns });
  checkApprovals(args.approve, runbook);
  cli.output.event('rollback-preview', { runId: header.runId, ...preview });
  showPreview({ header, preview, runbook, inDetail: args.preview }, cli);
  if (args.preview) return 0;
  await assertFree(store, { runId: header.runId, takeover: args.takeover });
  if (preview.halfWay !== undefined && !args.force) {
    throw refusedHalfWay(preview.halfWay, header.runId);
  }
  if (preview.pointOfNoReturn !== undefined && !args.force) {
    throw new DrctlError(
      'POINT_OF_NO_RETURN',
      `Phase "${preview.pointOfNoReturn}" of run ${header.runId} is a point of no return, and steps in or after it have begun`,
      { hint: '--force undoes what can be undone all the same; look at the preview above first' },
    );
  }
  const relay = createEventRelay();
  const opened = await openRecorded(
    {
      header,
      state,
      store,
      args,
      secretsNeeded: true,
      emit: relay.emit,
      unavailable: args.unavailable,
      available: args.available,
    },
    cli,
  );
  await approveRollback({ header, preview, runbook }, args, cli);
  return driveRun(
    {
      opened,
      store,
      plan: header.plan,
      args,
      relay,
      sections: [
        {
          id: 'rollback',
          title: `Rollback of ${header.runId}`,
          items: preview.undo
            .filter(({ how }) => how !== 'nothing')
            .map(({ instance, title }) => ({ id: instance, title })),
        },
      ],
      success: 'rolled-back',
      takeover: args.takeover,
      work: (session) =>
        rollbackRun(session, {
          store,
          force: args.force,
          takeover: args.takeover,
          moved: opened.moved,
          timeoutMs,
          ...(args.to === undefined ? {} : { to: args.to }),
        }),
    },
    cli,
  );
}

interface Preview extends RollbackPreview {
  readonly undo: readonly UndoDetails[];
}

async function readPreview(
  store: StateStore,
  header: RunHeader,
  {
    args,
    columns,
  }: {
    readonly args: Pick<RollbackArgs, 'to' | 'unavailable' | 'available'>;
    readonly columns: number;
  },
): Promise<{ readonly preview: Preview; readonly runbook: Runbook; readonly state: RunState }> {
  const registry = builtinRegistry();
  const runbook = await loadRunbookFromSources(header.sources, registry);
  const state = await readState(store, header.runId);
  const { to } = args;
  checkRollbackTo(to, { runbook, state, columns });
  const unavailable = givenUp(header, state, args);
  const preview = previewRollback({ runbook, registry, state, unavailable }, to);
  const undo = preview.undo.map((prospect) => undoDetails(prospect, { runbook, state }));
  return { preview: { ...preview, undo }, runbook, state };
}

function needsOwnYes({ runId }: RunHeader): DrctlError {
  return new DrctlError(
    'APPROVAL_NEEDED',
    `Rolling back run ${runId} half of the way is not agreed to by --auto-approve`,
    { hint: 'Answer at a terminal, or say --approve rollback' },
  );
}

interface Approvable {
  readonly header: RunHeader;
  readonly preview: Preview;
  readonly runbook: Runbook;
}

/** What a rollback that leaves what was done on a target comes to. */
function halfWayLines({ halfWay }: Preview, { outages }: Runbook): readonly string[] {
  if (halfWay === undefined) return [];
  const kept = new Set(halfWay.kept.map(stepOfInstance));
  const stays = outages.filter(({ from }) => kept.has(from)).map(({ title }) => title);
  return [
    `${halfWayText(halfWay)}.`,
    ...(stays.length === 0 ? [] : [`Afterwards ${stays.join(', ')}, and nothing ends that.`]),
  ];
}

const howWords = {
  undo: 'put back',
  explicit: "by the runbook's own steps",
  nothing: 'nothing to undo',
  impossible: 'cannot be undone',
} as const;

function showPreview(
  { header, preview, runbook, inDetail }: Approvable & { readonly inDetail: boolean },
  cli: Cli,
): void {
  const { output } = cli;
  const { style } = output;
  output.result(`${style.bold('Rollback')} of ${header.runId}, in this order:`);
  const worthy = preview.undo.filter(({ how }) => how !== 'nothing');
  const rows = worthy.map((step) => {
    const { instance, how, because = '' } = step;
    const keeper = keeperOf(step);
    if (keeper !== undefined) return [instance, 'stays', `while ${keeper} is there`];
    return [instance, how === 'impossible' ? style.bad(howWords[how]) : howWords[how], because];
  });
  if (rows.length === 0)
    output.result('  nothing: this run has changed nothing that is still there');
  for (const [index, line] of tableLines(['STEP', 'HOW', ''], rows, style).entries()) {
    if (rows.length > 0) output.result(`  ${line}`);
    const prospect = inDetail ? worthy[index - 1] : undefined;
    for (const detail of prospect === undefined ? [] : detailLines(prospect)) {
      output.result(style.dim(`      ${detail}`));
    }
  }
  for (const line of halfWayLines(preview, runbook)) {
    for (const wrappedLine of wrapped(style.bad(line), output.proseColumns))
      output.result(wrappedLine);
  }
  if (preview.pointOfNoReturn !== undefined) {
    output.result(
      style.bad(
        `Phase ${preview.pointOfNoReturn} is a point of no return and has begun: --force is needed`,
      ),
    );
  }
}

/** Going back over a point of no return, or half of the way, is confirmed by the name of the runbook's run. */
async function approveRollback(
  { header, preview, runbook }: Approvable,
  args: RollbackArgs,
  cli: Cli,
): Promise<void> {
  const { operator } = await import('../../adapters/index.ts');
  // What may take away the only copy that serves is agreed to by itself.
  const isHalf = preview.halfWay !== undefined;
  if (isHalf && !args.approve.includes('rollback') && !canAsk(cli)) throw needsOwnYes(header);
  const autoApprove = args.autoApprove && !isHalf;
  const approver = createApprover(
    {
      ...args,
      autoApprove,
      by: operator(),
      now: () => new Date(),
      details: () => [],
      aside: (ask) => ask(),
    },
    cli,
  );
  await approver.approve({
    subject: 'rollback',
    message: [...halfWayLines(preview, runbook), `Roll back run ${header.runId}?`].join(' '),
    ...(args.force ? { typed: header.runbook.name } : {}),
  });
}
