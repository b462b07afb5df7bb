// drctl lab serve: the lab in this process, until it is told to stop. "lab up" runs it in the background and hears from
// it once when it is ready.

import type { LabFiles, LabOptions } from '../../lab/index.ts';
import { checkWorldFlags } from '../check-world-flags.ts';
import type { Cli } from '../command.ts';
import type { WorldFlags } from '../commands/lab.ts';
import { labFolder } from './lab.ts';
import type { LabArgs } from './lab.ts';

/** What the background process says to the one that started it. */
export type LabMessage =
  | { readonly ready: true; readonly files: LabFiles }
  | { readonly ready: false; readonly message: string; readonly hint: string };

export async function labServe(args: LabArgs & WorldFlags, cli: Cli): Promise<number> {
  // Also what the programs of a lab write is its owner's alone: etcd restores snapshots into files that all may read.
  process.umask(0o077);
  await checkWorldFlags(args, cli.io.env);
  const { LabError, startLab } = await import('../../lab/index.ts');
  const lab = await startLab(labOptions(labFolder(args, cli), args, cli.io.env)).catch(
    (error: unknown) => {
      if (error instanceof LabError) {
        tell({ ready: false, message: error.message, hint: error.hint });
      }
      throw error;
    },
  );
  cli.stops.gentle(() => undefined);
  cli.stops.interrupt.addEventListener('abort', () => void lab.down(), { once: true });
  cli.output.event('lab-ready', { dir: lab.dir, files: lab.files });
  cli.output.result(`The lab in ${lab.dir} is ready; its env file is ${lab.files.envFile}`);
  tell({ ready: true, files: lab.files });
  if (process.connected) process.disconnect();
  await lab.closed;
  return 0;
}

/** To whoever started this process in the background; nobody else listens. */
function tell(message: LabMessage): void {
  process.send?.(message);
}

export function labOptions(dir: string, args: WorldFlags, env: NodeJS.ProcessEnv): LabOptions {
  const crds = args.crds ?? env['DRCTL_LAB_CRDS'] ?? '';
  return {
    dir,
    highlyAvailable: args['highly-available'],
    neighbours: args.neighbours,
    endpointAccess: args['endpoint-access'],
    externalDnsDead: args['external-dns-dead'],
    intervals: args.intervals,
    backend: args.backend,
    aws: args.aws,
    newerDestination: args['newer-destination'],
    ...(crds === '' ? {} : { crds }),
    ...(args['node-pools'] === undefined ? {} : { nodePools: args['node-pools'] }),
    ...(args['node-pool-replicas'] === undefined
      ? {}
      : { nodePoolReplicas: args['node-pool-replicas'] }),
    ...(args.secrets === undefined ? {} : { secrets: args.secrets }),
    ...(args['time-scale'] === undefined ? {} : { timeScale: args['time-scale'] }),
  };
}

/** The same options as words of a command line. */
export function labWords(args: WorldFlags): readonly string[] {
  const words = [
    args['highly-available'] ? '--highly-available' : '',
    args.neighbours ? '' : '--no-neighbours',
    `--endpoint-access=${args['endpoint-access']}`,
    args['external-dns-dead'] ? '--external-dns-dead' : '',
    `--intervals=${args.intervals}`,
    `--backend=${args.backend}`,
    `--aws=${args.aws}`,
    args.crds === undefined ? '' : `--crds=${args.crds}`,
    args['newer-destination'] ? '--newer-destination' : '',
    args['node-pools'] === undefined ? '' : `--node-pools=${args['node-pools']}`,
    args['node-pool-replicas'] === undefined
      ? ''
      : `--node-pool-replicas=${args['node-pool-replicas']}`,
    args.secrets === undefined ? '' : `--secrets=${args.secrets}`,
    args['time-scale'] === undefined ? '' : `--time-scale=${args['time-scale']}`,
  ];
  return words.filter((word) => word !== '');
}
