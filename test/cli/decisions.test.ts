// A person's decisions about a step, through the command line: whose they are, what the step's own check says to them,
// and what later steps get.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createKubeTarget, operator } from '../../src/adapters/index.ts';
import type { JournalRecord } from '../../src/engine/index.ts';
import { createBench, values } from './bench.ts';
import type { CliResult } from './run-cli.ts';

const bench = createBench();
const { signal } = new AbortController();
const place = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };

const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: hands, version: 1.0.0 }
env:
  PASSWORD: { sensitive: true, required: true }
  KUBECONFIG_FILE: { type: file, required: true }
targets:
  here: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
phases:
  - id: wait
    steps:
      - { id: settings, action: k8s.get, with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: existing } }
  - id: work
    approval: required
    steps:
      - id: color
        action: k8s.patch
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: existing, patch: { data: { color: red } } }
      - id: each
        needs: [color]
        forEach: "['old']"
        key: item
        action: k8s.patch
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: "{{item}}", patch: { data: { color: red } } }
      - id: after
        needs: [each]
        action: k8s.apply
        with:
          target: here
          manifests:
            - { apiVersion: v1, kind: ConfigMap, metadata: { name: after, namespace: default }, data: { of: "{{steps.color.outputs.patched.0.name}}" } }
`;

let runId = '';

const journalPath = (): string => path.join(bench.cwd, '.drctl', 'runs', runId, 'journal.ndjson');

async function journal(): Promise<readonly JournalRecord['event'][]> {
  const lines = (await readFile(journalPath(), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as JournalRecord).event);
}

async function lastDecision(): Promise<unknown> {
  return (await journal()).findLast(({ type }) => type === 'step.decided');
}

/** As a person with kubectl would: the object is gone, or is there with this color. */
async function byHand(name: string, color: string | undefined): Promise<void> {
  const { client, close } = createKubeTarget({ kubeconfig: path.join(bench.cwd, 'kubeconfig') });
  if ((await client.get({ ...place, name }, signal)) !== undefined) {
    await client.delete({ ...place, name }, { signal });
  }
  if (color !== undefined) {
    const metadata = { name, namespace: 'default' };
    await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { color } }, signal);
  }
  close();
}

const decide = (decision: string, ...more: string[]): Promise<CliResult> =>
  bench.drctl(
    decision,
    runId,
    ...(more.some((word) => !word.startsWith('--')) ? [] : ['color']),
    ...more,
    '--reason',
    'I looked',
  );
const resume = (): Promise<CliResult> => bench.drctl('resume', runId, '--approve', 'work');

/** Its step "color" has failed: what it was to patch was gone. */
async function failedRun(): Promise<void> {
  await byHand('existing', undefined);
  const { code, stderr } = await resume();
  if (code !== 1) throw new Error(`The step has not failed: ${stderr}`);
}

/** The process died right after the journal had this event. */
async function cutAfter(type: string, step: string): Promise<void> {
  const lines = (await readFile(journalPath(), 'utf8')).trimEnd().split('\n');
  const at = lines.findIndex((line) => line.includes(`"type":"${type}","step":"${step}"`));
  expect(at).toBeGreaterThan(0);
  await writeFile(journalPath(), `${lines.slice(0, at + 1).join('\n')}\n`);
}

beforeEach(async () => {
  await bench.write('hands.yaml', runbook);
  const begun = await bench.drctl('apply', 'hands.yaml', ...values, '--approve', 'plan');
  if (begun.code !== 5) throw new Error(`The run does not wait: ${begun.stderr}`);
  [runId = ''] = await readdir(path.join(bench.cwd, '.drctl', 'runs'));
});

describe('mark-done', () => {
  it('says that the check of the step agrees, and later steps get its outputs', async () => {
    await failedRun();
    await byHand('existing', 'red');
    const marked = await decide('mark-done');
    expect(marked).toMatchObject({ code: 0, stdout: expect.stringContaining('check agrees') });
    const { user, host } = operator();
    expect(await lastDecision()).toMatchObject({
      step: 'color',
      decision: 'mark-done',
      reason: 'I looked',
      by: { user, host },
      probed: { found: 'done' },
      outputs: { patched: [{ name: 'existing' }] },
    });
    expect((await resume()).code).toBe(0);
    expect(await bench.configMaps()).toContain('after');
  });

  it('is refused when the check does not agree, unless a person insists; no later step makes anything of outputs that nobody knows', async () => {
    await failedRun();
    await byHand('existing', 'blue');
    const doubtful = await decide('mark-done');
    expect(doubtful.code).toBe(3);
    expect(doubtful.stderr).toContain('its own check looked, and it is not');
    const marked = await decide('mark-done', '--force');
    expect(marked.code).toBe(0);
    expect((await bench.drctl('status')).stdout).toMatch(
      /color: marked done by \w+: I looked; its own check said that it is not done/,
    );
    expect(marked.stdout).toContain('does not agree');
    expect(marked.stdout).toContain('outputs are not known');
    expect(await lastDecision()).toMatchObject({ probed: { found: 'not-done' } });
    const refused = await resume();
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('The outputs of "color" are needed here and not known');
    expect(refused.stderr).toContain(`drctl retry RUN-hands color`);
    expect(await bench.configMaps()).not.toContain('after');
    expect((await decide('retry')).code).toBe(0);
    expect((await resume()).code).toBe(0);
    expect(await bench.configMaps()).toContain('after');
  });

  it('holds when the check cannot be asked, and says why', async () => {
    await failedRun();
    const whole = await readFile(path.join(bench.cwd, 'kubeconfig'), 'utf8');
    await bench.write('kubeconfig', whole.replace(bench.server.url, 'https://127.0.0.1:1'));
    const marked = await decide('mark-done');
    expect(marked.code).toBe(0);
    expect(marked.stdout).toContain('Its own check cannot tell: the probe failed:');
    expect(await lastDecision()).toMatchObject({
      probed: { found: 'unclear', because: expect.stringContaining('127.0.0.1') },
    });
  });

  it('asks about the one instance of a forEach that is meant', async () => {
    await byHand('old', undefined);
    expect((await resume()).code).toBe(1);
    await byHand('old', 'red');
    const marked = await decide('mark-done', 'each[old]');
    expect(marked).toMatchObject({ code: 0, stdout: expect.stringContaining('check agrees') });
    expect((await resume()).code).toBe(0);
  });

  it('asks about a step in doubt with what its attempt recorded', async () => {
    await resume();
    await cutAfter('step.undo-recorded', 'color');
    await byHand('existing', 'green');
    const waits = await resume();
    expect(waits).toMatchObject({ code: 5, stderr: expect.stringContaining('STEP_UNCLEAR') });
    const marked = await decide('mark-done');
    expect(marked.stdout).toContain('neither as it was before the patch nor as after it');
    expect(await lastDecision()).toMatchObject({ probed: { found: 'unclear' } });
  });
});

describe('decisions', () => {
  it.each([
    ['colour', 'Did you mean "color"?'],
    ['each[odl]', 'Did you mean "each[old]"?'],
    ['eahc[old]', 'Did you mean "each[old]"?'],
  ])('about %s, which is misspelt, give the nearest name', async (step, hint) => {
    await byHand('old', undefined);
    await resume();
    const refused = await decide('retry', step);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(hint);
  });

  it.each(['retry', 'skip', 'mark-done'])(
    'about what is done already are refused: %s',
    async (decision) => {
      await byHand('old', undefined);
      await resume();
      const refused = await decide(decision);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('nothing to decide about "color"');
    },
  );

  it.each(['retry', 'skip', 'mark-done'])(
    'about an undo that failed: %s goes on with the rollback',
    async (decision) => {
      await resume();
      await byHand('old', 'green');
      const stuck = await bench.drctl('rollback', runId, '--auto-approve');
      expect(stuck.code).toBe(5);
      expect(stuck.stderr).toContain('ROLLBACK_STUCK');
      if (decision === 'retry') await byHand('old', 'blue');
      expect((await decide(decision, 'each[old]')).code).toBe(0);
      const { user } = operator();
      expect(await lastDecision()).toMatchObject({ decision, by: { user }, step: 'each[old]' });
      const back = await bench.drctl('resume', runId, '--auto-approve');
      expect(back.code, back.stderr).toBe(0);
      expect((await journal()).at(-1)).toMatchObject({
        type: 'run.finished',
        outcome: 'rolled-back',
      });
      expect(await bench.configMaps()).not.toContain('after');
    },
  );
});
