// A run in the lab that was killed, failed, was resumed and rolled back: its report says on one page what happened and why.
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/index.ts';
import { browserProgram, openBrowser } from '../support/browser.ts';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 600_000;
const namespace = 'clusters-demo-hosted';
let bench: Workbench;

function kubectl(...words: readonly string[]): Promise<unknown> {
  const config = path.join(bench.dir, '.drctl/lab/destination.kubeconfig');
  return promisify(execFile)('kubectl', ['--kubeconfig', config, ...words]);
}

async function killAndResume(): Promise<void> {
  bench = await openWorkbench();
  const killed = { signal: 'SIGKILL' as const, step: 'upload-snapshot' };
  const begun = await bench.interrupted(killed, 'apply', runbook, ...bench.env, '--auto-approve');
  expect(begun.signal, show(begun)).toBe('SIGKILL');
  // Somebody else makes what must not be there.
  await kubectl('create', 'namespace', namespace);
  const failing = await bench.drctl('resume', '--auto-approve');
  expect(failing.exitCode, show(failing)).toBe(1);
  await kubectl('delete', 'namespace', namespace);
  const again = { signal: 'SIGKILL' as const, step: 'restore-machines' };
  const resumed = await bench.interrupted(again, 'resume', '--auto-approve');
  expect(resumed.signal, show(resumed)).toBe('SIGKILL');
}

beforeAll(killAndResume, LIMIT_MS);
afterAll(() => bench.close());

async function report(): Promise<RunReport> {
  await mustSucceed(bench, 'report', '-o', 'report.json');
  return JSON.parse(await readFile(path.join(bench.dir, 'report.json'), 'utf8')) as RunReport;
}

describe('the report', { timeout: LIMIT_MS }, () => {
  it('of a run that was cut off says what is out of use, in doubt, and can be put back', async () => {
    const { ending, leftovers, outages } = await report();
    expect(ending).toMatchObject({ word: 'Cut off', mood: 'open' });
    expect(leftovers.map(({ kind }) => kind)).toEqual([
      'out-of-use',
      'in-doubt',
      'not-undone',
      'stays',
    ]);
    expect(outages).toMatchObject([{ title: 'the hosted API is away', endedAt: null }]);
  });

  it('of the same run, rolled back, says what happened, why, and that nothing is away any more', async () => {
    await mustSucceed(bench, 'rollback', '--auto-approve');
    const { ending, troubles, leftovers, outages, story } = await report();
    expect(ending.word).toBe('Rolled back');
    expect(ending.text).toMatch(/It failed once, was cut off twice and was resumed twice\./);
    expect(troubles.map(({ kind }) => kind)).toEqual(['cut-off', 'failed', 'cut-off']);
    expect(troubles[1]?.error?.message).toContain(`Namespace ${namespace}: must not exist`);
    expect(leftovers).toMatchObject([
      { kind: 'stays', because: expect.stringContaining('backup') },
    ]);
    expect(outages).toMatchObject([{ endedBy: 'undo' }]);
    expect(story.at(-1)?.text).toBe('The run was rolled back.');
  });

  it.skipIf(browserProgram === undefined)(
    'is a page that a browser shows without a complaint',
    async () => {
      await mustSucceed(bench, 'report', '-o', 'report.html');
      const file = path.join(bench.dir, 'report.html');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const page = await openBrowser();
      try {
        await page.resize(1280, 1000);
        await page.open(file);
        const bottom = `document.querySelector('.timeline').getBoundingClientRect().bottom`;
        expect(await page.look(bottom)).toBeLessThan(1000);
        await page.look(
          `document.querySelectorAll('details').forEach((one) => { one.open = true })`,
        );
        expect(await page.barriers()).toEqual([]);
        expect(page.complaints).toEqual([]);
        expect(page.requests).toEqual([]);
      } finally {
        await page.close();
      }
    },
  );
});
