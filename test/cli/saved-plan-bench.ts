// What tests of saved plans share: a bench whose plan is made, applied, and whose world is changed meanwhile.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import type { JournalRecord, SavedPlan } from '../../src/engine/index.ts';
import { createBench, values } from './bench.ts';
import type { Bench } from './bench.ts';

export const plan = ['plan', 'small.yaml', ...values];
export const apply = ['apply', 'my.plan', '--auto-approve'];

export interface SavedPlanBench extends Bench {
  /** A path in the working folder. */
  at(name: string): string;
  saved(): Promise<SavedPlan>;
  /** As my.plan. */
  makePlan(...more: string[]): Promise<SavedPlan>;
  /** Changes the ConfigMap "existing" as somebody else would, by a runbook with a state of its own. */
  patchExisting(
    data: Readonly<Record<string, string>>,
    key?: 'data' | 'annotations',
  ): Promise<void>;
  /** The first event of the only run. */
  began(): Promise<JournalRecord['event'] | undefined>;
}

export function createSavedPlanBench(): SavedPlanBench {
  const bench = createBench();
  function at(name: string): string {
    return path.join(bench.cwd, name);
  }

  async function saved(): Promise<SavedPlan> {
    return JSON.parse(await readFile(at('my.plan'), 'utf8')) as SavedPlan;
  }

  async function makePlan(...more: string[]): Promise<SavedPlan> {
    const { code, stderr } = await bench.drctl(...plan, '-o', 'my.plan', ...more);
    expect(code, stderr).toBe(0);
    return saved();
  }

  async function patchExisting(
    data: Readonly<Record<string, string>>,
    key: 'data' | 'annotations' = 'data',
  ): Promise<void> {
    const part = key === 'data' ? { data } : { metadata: { annotations: data } };
    const meddle = {
      apiVersion: 'drctl.dev/v1',
      kind: 'Runbook',
      metadata: { name: 'meddle', version: '1.0.0' },
      env: { KUBECONFIG_FILE: { type: 'file', required: true } },
      targets: { here: { type: 'kubernetes', kubeconfig: '{{env.KUBECONFIG_FILE}}' } },
      phases: [
        {
          id: 'only',
          steps: [
            {
              id: 'change',
              action: 'k8s.patch',
              with: {
                target: 'here',
                apiVersion: 'v1',
                kind: 'ConfigMap',
                namespace: 'default',
                name: 'existing',
                patch: part,
              },
            },
          ],
        },
      ],
    };
    await bench.write('meddle.json', JSON.stringify(meddle));
    const state = ['--state', 'meddling', '--auto-approve'];
    const { code, stderr } = await bench.drctl('apply', 'meddle.json', ...values, ...state);
    expect(code, stderr).toBe(0);
  }

  async function began(): Promise<JournalRecord['event'] | undefined> {
    const [run = ''] = await readdir(at('.drctl/runs'));
    const text = await readFile(at(`.drctl/runs/${run}/journal.ndjson`), 'utf8');
    return (JSON.parse(text.split('\n', 1)[0] ?? '') as JournalRecord).event;
  }
  return {
    get cwd() {
      return bench.cwd;
    },
    get server() {
      return bench.server;
    },
    drctl: bench.drctl,
    write: bench.write,
    create: bench.create,
    configMaps: bench.configMaps,
    waitingRun: bench.waitingRun,
    at,
    saved,
    makePlan,
    patchExisting,
    began,
  };
}
