// Policies into a folder, one file a target.

import path from 'node:path';
import { DrctlError } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import type { TargetPolicy } from './policies.ts';
import { policyFile, policyText } from './policy-text.ts';

/** Target → path, as the person named the folder. FILE_UNREADABLE is not for writing: USAGE when it cannot be written. */
export async function writePolicies(
  policies: readonly TargetPolicy[],
  folder: string,
  cli: Cli,
): Promise<ReadonlyMap<string, string>> {
  const { ensureFolder, writeDurably } = await import('../../adapters/index.ts');
  const absolute = path.resolve(cli.io.cwd, folder);
  try {
    await ensureFolder(absolute);
    for (const policy of policies) {
      await writeDurably(path.join(absolute, policyFile(policy)), policyText(policy));
    }
  } catch (cause) {
    throw new DrctlError('USAGE', `--write ${folder}: the policies cannot be written there`, {
      cause,
      hint: 'Name a folder that may be written',
    });
  }
  return new Map(policies.map((policy) => [policy.target, path.join(folder, policyFile(policy))]));
}
