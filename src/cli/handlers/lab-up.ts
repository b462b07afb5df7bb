// drctl lab up.

import { readFile } from 'node:fs/promises';
import { startBackgroundLab } from '../background-lab.ts';
import type { BackgroundLab } from '../background-lab.ts';
import { parseEnvFile } from '../../engine/index.ts';
import { checkWorldFlags } from '../check-world-flags.ts';
import type { Cli } from '../command.ts';
import type { WorldFlags } from '../commands/lab.ts';
import { readRunbook } from '../inputs.ts';
import { packageFile } from '../package-files.ts';
import { labFolder, relative } from './lab.ts';
import type { LabArgs } from './lab.ts';

/** Absolute. */
export const shippedRunbook = packageFile('runbooks/aws-same-region.yaml');

export async function labUp(args: LabArgs & WorldFlags, cli: Cli): Promise<number> {
  await checkWorldFlags(args, cli.io.env);
  cli.output.note(cli.output.noteStyle.dim('Starting the lab …'));
  const lab = await startBackgroundLab(labFolder(args, cli), args, cli.stops.abort);
  showLab(lab, cli);
  const env = relative(lab.files.envFile, cli);
  const { style } = cli.output;
  const inTheWay = (await declaredNames(cli)).filter((name) => (cli.io.env[name] ?? '') !== '');
  cli.output.result(style.bold('Next'));
  if (inTheWay.length > 0) {
    cli.output.result(
      `  unset ${inTheWay.join(' ')}     ${style.dim('# set in this shell, where they win over the env file')}`,
    );
  }
  cli.output.result(`  drctl plan runbooks/aws-same-region.yaml -e ${env}`);
  cli.output.result(`  drctl apply runbooks/aws-same-region.yaml -e ${env}`);
  cli.output.result('  drctl lab check');
  cli.output.result('  drctl lab down');
  return 0;
}

/** Other names of this shell, for example a proxy's AWS_CA_BUNDLE, never reach into a lab. */
async function declaredNames(cli: Cli): Promise<readonly string[]> {
  const { runbook } = await readRunbook(shippedRunbook, cli);
  return [...runbook.env.keys()];
}

export function showLab(lab: BackgroundLab, cli: Cli): void {
  const { style } = cli.output;
  const { files } = lab;
  cli.output.result(
    `${style.good('✓')} The lab runs in the background (process ${lab.pid}, log ${relative(lab.log, cli)})`,
  );
  cli.output.result(`  env file      ${relative(files.envFile, cli)}`);
  cli.output.result(`  source        ${relative(files.sourceKubeconfig, cli)}`);
  cli.output.result(`  destination   ${relative(files.destinationKubeconfig, cli)}`);
  cli.output.result(`  hosted        ${relative(files.hostedKubeconfig, cli)}`);
  cli.output.event('lab-up', { ...lab });
}

/** What the lab's env file sets, and what would otherwise choose other credentials. */
export async function labNames(lab: BackgroundLab): Promise<ReadonlySet<string>> {
  const { envFile } = lab.files;
  const { assignments } = parseEnvFile(await readFile(envFile, 'utf8'), envFile, () => undefined);
  return new Set([...assignments.map(({ name }) => name), 'AWS_PROFILE']);
}
