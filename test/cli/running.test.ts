// Planning and carrying out, against a real API server on loopback: what people see, exit codes, and that a machine
// reads the same.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBench, runbook, secret, values } from './bench.ts';
import { runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

const bench = createBench();

function events(result: CliResult): readonly { readonly type: string }[] {
  return result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { v: number; type: string });
}

describe('plan', () => {
  it('shows what would be done, and changes nothing', async () => {
    expect(await bench.drctl('plan', 'small.yaml', ...values)).toMatchSnapshot();
    expect(await bench.configMaps()).not.toContain('one');
  });

  it('says by its exit code that there are changes, when asked to', async () => {
    const { code } = await bench.drctl('plan', 'small.yaml', ...values, '--detailed-exitcode');
    expect(code).toBe(10);
  });

  it('contacts nothing when offline', async () => {
    await bench.write('kubeconfig', 'no kubeconfig at all');
    const result = await bench.drctl('plan', 'small.yaml', ...values, '--offline');
    expect(result.stdout).toMatch(
      /Will be destroyed:\n +- what remove-old finds \(Remove the old settings\)/,
    );
    expect(result.code).toBe(0);
    expect(result).toMatchSnapshot();
  });

  it('keeps to a narrow terminal', async () => {
    const { stdout } = await runCli(['plan', 'small.yaml', ...values], {
      cwd: bench.cwd,
      columns: 80,
    });
    const changes = stdout.split('\n').filter((line) => /^ +[+~-] /.test(line));
    expect(changes.length).toBeGreaterThan(0);
    for (const line of changes) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('a run from apply to its end', () => {
  it('asks, waits for a person, is resumed, and cannot be resumed again', async () => {
    const transcript: Record<string, CliResult> = {};
    const type = async (...argv: string[]): Promise<CliResult> => {
      const result = await bench.drctl(...argv);
      transcript[`drctl ${argv.join(' ')}`] = result;
      return result;
    };
    expect((await type('apply', 'small.yaml', ...values)).code).toBe(5);
    expect(await bench.configMaps()).not.toContain('one');
    expect((await type('apply', 'small.yaml', ...values, '--approve', 'plan')).code).toBe(5);
    expect(await bench.configMaps()).toContain('one');
    await type('status');
    expect((await type('resume', '--approve', 'clean')).code).toBe(0);
    await type('status', '--verbose');
    expect((await type('resume')).code).toBe(4);
    expect((await type('rollback', '--auto-approve')).code).toBe(3);
    expect((await type('rollback', '--auto-approve', '--force')).code).toBe(0);
    expect(await bench.configMaps()).not.toContain('one');
    await type('runs');
    expect(transcript).toMatchSnapshot();
    expect(JSON.stringify(transcript)).not.toContain(secret);
  });

  it('is the same for machines: one event a line, no secret in any of them or in the state folder', async () => {
    const result = await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve', '--json');
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
    const types = events(result).map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['run', 'plan']);
    expect(types.at(-1)).toBe('result');
    expect(events(result).at(-1)).toMatchObject({ v: 1, outcome: 'succeeded', exitCode: 0 });
    const status = await bench.drctl('status', '--json');
    expect(events(status)).toMatchObject([{ v: 1, type: 'status', outcome: 'succeeded' }]);
    const files = await readdir(path.join(bench.cwd, '.drctl'), {
      recursive: true,
      withFileTypes: true,
    });
    for (const file of files.filter((one) => one.isFile())) {
      expect(await readFile(path.join(file.parentPath, file.name), 'utf8')).not.toContain(secret);
    }
    expect(result.stdout + status.stdout).not.toContain(secret);
  });

  it('stops in order at the first signal and says how to go on', async () => {
    let send: ((name: string) => void) | undefined;
    const slow = runbook.replace(
      'phases:\n  - id: build',
      'phases:\n  - id: pause\n    steps:\n      - { id: doze, action: flow.sleep, with: { duration: 10m } }\n  - id: build',
    );
    await bench.write('slow.yaml', slow);
    const result = await runCli(['apply', 'slow.yaml', ...values, '--auto-approve'], {
      cwd: bench.cwd,
      signals: (one) => (send = one),
      heard: (text) => {
        if (!text.includes('▸ doze')) return;
        setImmediate(() => send?.('SIGINT'));
        setImmediate(() => send?.('SIGINT'));
      },
    });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain('INTERRUPTED');
    expect(await bench.configMaps()).not.toContain('one');
    const status = await bench.drctl('status');
    expect(status.stdout).toContain('interrupted');
    expect(status.stdout).toContain('drctl resume RUN-small');
  });
});
