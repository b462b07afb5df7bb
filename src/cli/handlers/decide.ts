// drctl retry, skip, mark-done.

import { decideStep } from '../../engine/index.ts';
import type { Decided } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import type { Decision } from '../commands/decisions.ts';
import type { InputArgs } from '../inputs.ts';
import { openRecorded } from '../open-recorded.ts';
import { createApprover } from '../approver.ts';
import { openStore, readState } from '../state-folder.ts';
import type { StateArgs } from '../state-folder.ts';

export async function decide(
  args: InputArgs &
    StateArgs & {
      readonly run: string;
      readonly step: string;
      readonly reason: string;
      readonly decision: Decision;
      readonly force?: unknown;
    },
  cli: Cli,
): Promise<number> {
  const { decision, step, reason } = args;
  const { operator } = await import('../../adapters/index.ts');
  const store = await openStore(args, cli);
  const header = await store.header(args.run);
  const opened = await openRecorded(
    {
      header,
      state: await readState(store, args.run),
      store,
      args: { ...args, parallel: 1 },
      secretsNeeded: decision === 'mark-done',
      emit: (event) => {
        if (event.type === 'notice') cli.output.note(event.message);
      },
    },
    cli,
  );
  const by = operator();
  const decided = await decideStep(
    {
      ...opened.session,
      ports: { readers: opened.connections.readers, clients: opened.connections.clients },
      interrupt: cli.stops.interrupt,
      by,
      approver: createApprover(
        {
          autoApprove: false,
          approve: [],
          by,
          now: () => new Date(),
          details: () => [],
          aside: (ask) => ask(),
        },
        cli,
      ),
    },
    { store, step, decision, reason, force: args.force === true, moved: opened.moved },
  );
  const { style } = cli.output;
  cli.output.result(
    `${style.good('✓')} ${header.runId}: ${step} ${words[decision]} (${by.user}: ${reason})`,
  );
  for (const said of probeTexts(decided, decision)) cli.output.result(`  ${style.warn(said)}`);
  cli.output.result(`  drctl resume ${header.runId}     go on`);
  cli.output.event('decided', {
    runId: header.runId,
    step,
    decision,
    reason,
    probed: decided.probed,
  });
  return 0;
}

const words = {
  retry: 'will be tried again',
  skip: 'will be left out',
  'mark-done': 'counts as done',
} as const satisfies Record<Decision, string>;

/** What the step's own check says to a person who did it by hand; the decision holds all the same. */
function probeTexts({ probed }: Decided, decision: Decision): readonly string[] {
  const unknown = 'Its outputs are not known: a step that needs one of them will refuse to begin';
  switch (probed?.found) {
    case 'done':
      return ['Its own check agrees: it is done'];
    case undefined:
      return decision === 'mark-done' ? ['Nothing was checked: it counts on your word alone'] : [];
    case 'not-done':
      return ['Its own check does not agree: it says that it is not done', unknown];
    case 'unclear':
      return [`Its own check cannot tell: ${probed.because}`, unknown];
    default:
      return probed satisfies never;
  }
}
