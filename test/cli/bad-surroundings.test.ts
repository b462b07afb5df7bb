// Runs that exist, and surroundings that are not as they should be: each refusal has its code, its exit code, and says
// what to do next.

import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBench, runbook, secret, token, values } from './bench.ts';

const bench = createBench();

describe('a run that exists', () => {
  it('wants sensitive values again when its env file is gone, and names them', async () => {
    await bench.waitingRun();
    await rm(path.join(bench.cwd, 'my.env'));
    const without = await bench.drctl('resume', '--approve', 'clean');
    expect(without).toMatchSnapshot();
    const again = await bench.drctl('resume', '--approve', 'clean', '--set', `PASSWORD=${secret}`);
    expect(again.code).toBe(0);
  });

  it('refuses other values than those it was begun with', async () => {
    await bench.waitingRun();
    expect(await bench.drctl('resume', '--set', 'NAME=two')).toMatchSnapshot();
  });

  it('does not mix with another one of which the journal was copied', async () => {
    await bench.waitingRun();
    await bench.waitingRun();
    const runs = path.join(bench.cwd, '.drctl', 'runs');
    const [one = '', two = ''] = await readdir(runs);
    const copied = await readFile(path.join(runs, one, 'journal.ndjson'));
    await writeFile(path.join(runs, two, 'journal.ndjson'), copied);
    const result = await bench.drctl('resume', two, '--auto-approve');
    expect(result.code).toBe(4);
    expect(result.stderr).toContain('RUN_MISMATCH');
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it('keeps a decision with its reason, and refuses one about nothing', async () => {
    await bench.waitingRun();
    const [runId = ''] = await readdir(path.join(bench.cwd, '.drctl', 'runs'));
    const refused = await bench.drctl('skip', runId, 'color', '--reason', 'not needed');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('nothing to decide about "color"');
  });
});

describe('bad surroundings', () => {
  const cases: readonly (readonly [string, () => Promise<void>, number, string])[] = [
    ['a kubeconfig that is none', () => bench.write('kubeconfig', 'a: b'), 2, 'TARGET_INVALID'],
    ['a kubeconfig that is gone', () => rm(path.join(bench.cwd, 'kubeconfig')), 2, 'ENV_INVALID'],
    [
      'an API that does not answer',
      () =>
        bench.write(
          'kubeconfig',
          bench.server.kubeconfig({ token }).replace(bench.server.url, 'https://127.0.0.1:1'),
        ),
      3,
      'CLIENT_UNREACHABLE',
    ],
    [
      'wrong credentials',
      () => bench.write('kubeconfig', bench.server.kubeconfig({ token }).replace(token, 'wrong')),
      3,
      'CLIENT_UNAUTHENTICATED',
    ],
    [
      'a precondition that does not hold',
      () =>
        bench.write(
          'small.yaml',
          runbook.replace('kind: Namespace, name: default', 'kind: Namespace, name: absent'),
        ),
      3,
      'PRECONDITION_FAILED',
    ],
    [
      'a state folder that is a file',
      () => bench.write('.drctl', 'in the way'),
      2,
      'STORE_UNWRITABLE',
    ],
  ];
  it.each(cases)(
    '%s: nothing is begun, and the message says what to do',
    async (_what, spoil, code, name) => {
      await spoil();
      const result = await bench.drctl('apply', 'small.yaml', ...values, '--auto-approve');
      expect(result.stderr).toContain(name);
      expect(result.code).toBe(code);
      expect(result.stderr).not.toMatch(/^\s+at /m);
      expect(await bench.configMaps()).not.toContain('one');
      expect(result.stderr).toMatchSnapshot();
    },
  );

  it.each([
    ['status', 'RUN_NOT_FOUND'],
    ['resume', 'RUN_NOT_FOUND'],
    ['rollback', 'RUN_NOT_FOUND'],
  ])('%s without any run says how to begin one', async (command, name) => {
    const result = await bench.drctl(command);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(name);
    expect(result.stderr).toContain('drctl apply RUNBOOK');
  });
});
