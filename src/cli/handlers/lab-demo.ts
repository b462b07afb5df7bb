// drctl lab demo: the whole story in one command. The lab is always taken down again.

import path from 'node:path';
import { startBackgroundLab } from '../background-lab.ts';
import { checkWorldFlags } from '../check-world-flags.ts';
import { everyStep } from '../choose-steps.ts';
import type { Cli } from '../command.ts';
import type { WorldFlags } from '../commands/lab.ts';
import { apply } from './apply.ts';
import { labCheck } from './lab.ts';
import { labNames, shippedRunbook, showLab } from './lab-up.ts';

export async function labDemo(args: WorldFlags, cli: Cli): Promise<number> {
  await checkWorldFlags(args, cli.io.env);
  const folder = path.resolve(cli.io.cwd, '.drctl', 'demo');
  const dir = path.join(folder, 'lab');
  const heading = (text: string): void =>
    cli.output.result(`\n${cli.output.style.bold(`== ${text}`)}`);
  heading('Lab up');
  const lab = await startBackgroundLab(dir, args, cli.stops.abort);
  cli.atEnd(async () => {
    const { connectLab } = await import('../../lab/index.ts');
    await (await connectLab(dir)).down();
    cli.output.result(`${cli.output.style.good('✓')} The lab is down`);
  });
  showLab(lab, cli);
  heading('Plan and apply');
  const names = await labNames(lab);
  const applied = await apply(
    {
      runbook: shippedRunbook,
      envFile: [lab.files.envFile],
      set: [],
      state: path.join(folder, 'state'),
      parallel: DEMO_PARALLEL,
      unavailable: [],
      ...everyStep,
      autoApprove: true,
      approve: [],
      timeout: undefined,
    },
    { ...cli, io: { ...cli.io, env: withoutNames(cli.io.env, names) } },
  );
  if (applied !== 0) return applied;
  heading('Check');
  return labCheck({ dir, expect: 'migrated' }, cli);
}

const DEMO_PARALLEL = 8;

/** What happens to be set in this shell (a proxy's CA bundle, a profile) is not for the lab. */
function withoutNames(
  env: Readonly<Record<string, string | undefined>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name)));
}
