// The command as it is installed, in a process of its own. Needs the build ("npm test" makes it).

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder } from './run-cli.ts';

const root = path.resolve(import.meta.dirname, '../..');
const binary = path.join(root, 'bin', 'drctl.js');
const run = promisify(execFile);
const maxBuffer = 64 * 1024 * 1024;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let cwd: string;

beforeEach(async () => {
  cwd = await newFolder();
});

async function drctl(argv: readonly string[], extra: Record<string, string> = {}): Promise<Ended> {
  try {
    const env = { ...process.env, ...extra };
    const done = await run(process.execPath, [binary, ...argv], { cwd, env, maxBuffer });
    return { code: 0, ...done };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}

describe('the built command', () => {
  it('prints into a pipe that closes early without an error', async () => {
    const command = `"${process.execPath}" "${binary}" schema | head -n 1`;
    const { stdout, stderr } = await run('sh', ['-c', command], { cwd });
    expect({ stdout, stderr }).toEqual({ stdout: '{\n', stderr: '' });
  });

  it('tells the whole story by itself, whatever this shell has set, and takes its lab down', async () => {
    const { code, stdout, stderr } = await drctl(['lab', 'demo', '--time-scale', '0.5'], {
      AWS_PROFILE: 'somebody-elses',
      AWS_CA_BUNDLE: '/nowhere/ca.pem',
      HC_CLUSTER_NAME: 'another',
    });
    const ending = code === 0 ? '' : stdout.slice(-3_000) + stderr.slice(-1_000);
    expect({ code, ending }).toEqual({ code: 0, ending: '' });
    expect(stdout).toContain('Plan of aws-same-region');
    expect(stdout).toContain('All is as it must be');
    expect(stdout).toContain('The lab is down');
    const status = await drctl(['lab', 'status', '--dir', path.join(cwd, '.drctl', 'demo', 'lab')]);
    expect(status.code).toBe(1);
  }, 180_000);
});
