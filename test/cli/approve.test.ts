// More than one person for a phase, from the command line: what each of them sees and types, and that the run waits.

import { readFile, readdir } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createBench, runbook, secret, values } from './bench.ts';
import type { CliResult } from './run-cli.ts';

const bench = createBench();
const { userInfo } = os;

/** Whose process drctl runs in from here on. */
function login(username: string): void {
  const info = userInfo();
  os.userInfo = (() => ({ ...info, username })) as typeof os.userInfo;
  syncBuiltinESMExports();
}

afterEach(() => {
  os.userInfo = userInfo;
  syncBuiltinESMExports();
});

const twoPeople = runbook.replace('approval: required', 'approvals: 2');

/** The ids are replaced in what is printed; the newest run of the folder is meant. */
async function newestRun(): Promise<string> {
  const names = await readdir(path.join(bench.cwd, '.drctl/runs'));
  return names.toSorted().at(-1) ?? '';
}

describe('a phase that two people have to approve', () => {
  it('waits for the second of them, who needs no more than the state; then the run goes on', async () => {
    await bench.write('small.yaml', twoPeople);
    const transcript: Record<string, CliResult> = {};
    const type = async (who: string, ...argv: readonly string[]): Promise<number> => {
      login(who);
      const result = await bench.drctl(...argv);
      const line = argv.map((word) => (/^\d{8}-/.test(word) ? 'RUN' : word)).join(' ');
      transcript[`${Object.keys(transcript).length + 1} ${who}$ drctl ${line}`] = result;
      return result.code;
    };
    expect(await type('ana', 'apply', 'small.yaml', ...values, '--auto-approve')).toBe(5);
    const run = await newestRun();
    await type('ana', 'status');
    expect(await type('ana', 'approve', run, 'clean')).toBe(0);
    expect(await type('ana', 'resume', '--auto-approve')).toBe(5);
    expect(await bench.configMaps()).toContain('old');
    await bench.write('kubeconfig', 'not for bob');
    expect(await type('bob', 'approve', run, 'clean', '--reason', 'looked at it')).toBe(0);
    await bench.write('kubeconfig', bench.server.kubeconfig({ token: 'token-of-a-tester' }));
    expect(await type('ana', 'resume', '--approve', 'clean')).toBe(0);
    expect(await bench.configMaps()).not.toContain('old');
    await type('ana', 'status');
    expect(await type('bob', 'approve', run, 'clean')).toBe(2);
    expect(transcript).toMatchSnapshot('what both of them see');
  });
});

describe('approving a phase that asks one person', () => {
  it('is left to whoever goes on with the run', async () => {
    await bench.waitingRun();
    const { code, stderr } = await bench.drctl('approve', await newestRun(), 'clean');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('does not ask for more than one person'),
    });
  });

  it('keeps no secret that stands in the reason, and prints none', async () => {
    await bench.write('small.yaml', twoPeople);
    expect((await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve')).code).toBe(5);
    const run = await newestRun();
    const said = await bench.drctl(
      'approve',
      run,
      'clean',
      '--json',
      '--reason',
      `it is ${secret}`,
    );
    expect(said.code, said.stderr).toBe(0);
    const journal = path.join(bench.cwd, '.drctl/runs', run, 'journal.ndjson');
    const kept = await readFile(journal, 'utf8');
    expect(kept).toContain('"reason":"it is ');
    expect(`${kept}${said.stdout}${said.stderr}`).not.toContain(secret);
  });
});
