// What the shipped runbook computes over its plan: no instance may end by what a team has made of it.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../src/engine/index.ts';
import { newFolder, runCli } from '../cli/run-cli.ts';
import type { Hands } from '../lab/world/hands.ts';
import { LAB_TIMEOUT_MS, startedLab, stopLabs } from '../lab/world/lab-fixture.ts';
import { folder } from './preconditions/checks-of.ts';

const instances = 'EC2 instances that may be affected';
const neighbours = 'Other hosted clusters on the source, unmanaged while its operator is down';
const names = 'DNS names that change hands';

let hands: Hands;
beforeAll(async () => {
  hands = await startedLab({ nodePools: 2, nodePoolReplicas: 2, secrets: 0 });
}, LAB_TIMEOUT_MS);
afterAll(stopLabs);

/** By title; `edit`: what a team makes of the runbook. */
async function impactOf(edit: (text: string) => string) {
  const cwd = await newFolder();
  const text = await readFile(path.join(folder, 'aws-same-region.yaml'), 'utf8');
  const edited = edit(text);
  await writeFile(path.join(cwd, 'ours.yaml'), edited);
  const argv = ['plan', 'ours.yaml', '-e', hands.lab.files.envFile, '--json'];
  const { code, stdout } = await runCli(argv, { cwd });
  const events = stdout.split('\n').filter((line) => line !== '');
  const planned = events
    .map((line) => JSON.parse(line) as { type: string; plan?: Plan })
    .find(({ type }) => type === 'plan')?.plan;
  const impact = new Map((planned?.impact ?? []).map((one) => [one.title, one]));
  return { code, isEdited: edited !== text, impact, plan: planned };
}

it('is no instance, the neighbours while the operator is down, and the names', async () => {
  const { code, impact } = await impactOf((text) => text);
  expect(code).toBe(0);
  expect(impact.get(instances)).toMatchObject({ value: 0, mustBe: 0, refuses: false });
  expect(impact.get(neighbours)?.value).toEqual([
    'clusters/demo-hosted-2',
    'clusters/pre-demo-hosted',
  ]);
  expect(impact.get(names)?.value).toHaveLength(4);
});

it('is every instance when machines are deleted with their finalizers: the plan is refused', async () => {
  const { code, isEdited, impact, plan } = await impactOf((text) =>
    text.replace(/(id: delete-machines[^]*?)finalizers: remove/, '$1finalizers: keep'),
  );
  expect(isEdited).toBe(true);
  expect(code).toBe(3);
  expect(impact.get(instances)).toMatchObject({ value: 4, refuses: true });
  expect(plan?.canApply).toBe(false);
});

it('is every instance when the operator is left running while its objects are deleted', async () => {
  const { code, isEdited, impact } = await impactOf((text) =>
    text.replace(
      /(id: stop-source-operator[^]*?replicas: )0/,
      (_all, before: string) => `${before}2`,
    ),
  );
  expect(isEdited).toBe(true);
  expect(code).toBe(3);
  expect(impact.get(instances)).toMatchObject({ value: 4, refuses: true });
  expect(impact.get(neighbours)?.value).toEqual([]);
});

it('is every instance when nobody looked whether the operator runs, and nobody stops it', async () => {
  const { code, impact } = await impactOf((text) =>
    text
      .replace(/(id: stop-source-operator[^]*?replicas: )0/, (_all, before: string) => `${before}2`)
      .replace(
        /(id: source-operator\n)( +)/,
        (_all, id: string, indent: string) => `${id}${indent}when: 'false'\n${indent}`,
      ),
  );
  expect(code).not.toBe(0);
  expect(impact.get(instances)).toMatchObject({ value: 4, refuses: true });
});
