// Machines of operators who share nothing but a bucket: each has a folder of its own, with kubeconfigs and credentials at
// paths of its own, and a host name of its own where this process may give one.

import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { runElsewhere } from './workbench.ts';
import type { Elsewhere, Outcome, Workbench } from './workbench.ts';

/** Only root may give a process another host name. */
export const canBeNamed = spawnSync('unshare', ['--uts', 'true']).status === 0;

export interface Machine {
  readonly dir: string;
  /** Of the values of the lab as they lie here. */
  readonly envFile: string;
  /** With the run's state in the bucket. */
  drctl(
    args: readonly string[],
    more?: Pick<Elsewhere, 'interruption' | 'started'>,
  ): Promise<Outcome>;
  /** With everything on it. */
  destroy(): Promise<void>;
}

export async function openMachine(bench: Workbench, name: string): Promise<Machine> {
  const dir = await mkdtemp(path.join(tmpdir(), `drctl-${name}-`));
  const files = path.join(dir, `files-of-${name}`);
  const lab = path.join(bench.dir, '.drctl/lab');
  const names = (await readdir(lab, { withFileTypes: true })).filter((entry) => entry.isFile());
  for (const { name: file } of names) await cp(path.join(lab, file), path.join(files, file));
  const envFile = path.join(files, 'lab.env');
  const text = (await readFile(envFile, 'utf8')).replaceAll(lab, files);
  await writeFile(envFile, text);
  const values = parseEnv(text);
  const env: Record<string, string> = {
    // The standard variables lead to the bucket with the state; the runbook's targets have settings of their own.
    AWS_ENDPOINT_URL_S3: values['AWS_ENDPOINT_URL'] ?? '',
    AWS_CA_BUNDLE: values['AWS_CA_BUNDLE'] ?? '',
    AWS_SHARED_CREDENTIALS_FILE: values['AWS_SHARED_CREDENTIALS_FILE'] ?? '',
  };
  const state = ['--state', `s3://${values['BUCKET_NAME']}/drctl`];
  return {
    dir,
    envFile,
    drctl: (args, more = {}) =>
      runElsewhere({ dir, env, ...(canBeNamed && { hostname: name }), ...more }, [
        ...args,
        // A command that drctl advised has it already.
        ...(args.includes('--state') ? [] : state),
      ]),
    destroy: () => rm(dir, { recursive: true, force: true }),
  };
}
