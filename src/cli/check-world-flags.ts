// What a lab cannot be made of is said before anything starts, all of it at once.

import { DrctlError } from '../engine/index.ts';
import type { WorldFlags } from './commands/lab.ts';
import type { Io } from './io.ts';

const COUNTS = {
  'node-pools': 'nodePools',
  'node-pool-replicas': 'nodePoolReplicas',
  secrets: 'secrets',
} as const;

/** USAGE. */
export async function checkWorldFlags(args: Partial<WorldFlags>, env: Io['env']): Promise<void> {
  const faults = [...(await countFaults(args)), ...otherFaults(args, env)];
  if (faults.length > 0) throw new DrctlError('USAGE', faults.join('; '));
}

async function countFaults(args: Partial<WorldFlags>): Promise<readonly string[]> {
  const { isCount, MOST } = await import('../lab/index.ts');
  return Object.entries(COUNTS).flatMap(([flag, name]) => {
    const value = args[flag as keyof typeof COUNTS];
    return value === undefined || isCount(name, value)
      ? []
      : [`--${flag} must be a whole number from 0 to ${MOST[name]}, not ${value}`];
  });
}

function otherFaults(args: Partial<WorldFlags>, env: Io['env']): readonly string[] {
  const faults: string[] = [];
  const scale = args['time-scale'];
  if (scale !== undefined && !(Number.isFinite(scale) && scale >= 0)) {
    faults.push(`--time-scale must be a number that is not negative, not ${scale}`);
  }
  const crds = args.crds ?? env['DRCTL_LAB_CRDS'] ?? '';
  if (args['newer-destination'] === true && crds === '') {
    faults.push('--newer-destination needs a folder with the real definitions (--crds)');
  }
  return faults;
}
