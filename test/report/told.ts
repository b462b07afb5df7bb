// A run that failed, was killed, resumed by somebody else and rolled back, as a journal tells it; and reports of such runs.
import { createHash } from 'node:crypto';
import type { JournalEvent, JournalRecord, RunHeader } from '../../src/engine/index.ts';
import { reportRun } from '../../src/report/index.ts';
import type { RunReport } from '../../src/report/index.ts';
import { load, registry } from '../authoring/load.ts';

export type Said = readonly [seconds: number, event: JournalEvent];

export interface ToldOptions {
  readonly titles?: { readonly stop: string; readonly outage: string };
  readonly isAlive?: boolean;
  readonly header?: Partial<RunHeader>;
}

export const runId = '20260101-000000-move-k3f9';
const ada = { user: 'ada', host: 'bastion', pid: 11 };
export const ben = { user: 'ben', host: 'laptop', pid: 22 };
const digest = `sha256:${'ab'.repeat(32)}`;

function text({ stop, outage }: { readonly stop: string; readonly outage: string }): string {
  const object = 'target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: a';
  return `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: move, version: 1.0.0 }
env:
  KUBECONFIG_FILE: { type: file, required: true }
  TOKEN: { sensitive: true, required: true }
targets:
  here: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
outages:
  - { title: ${JSON.stringify(outage)}, from: stop, until: ready }
phases:
  - id: backup
    title: Back up
    steps:
      - id: stop
        title: ${JSON.stringify(stop)}
        action: k8s.patch
        with: { ${object}, patch: { data: { a: "{{env.TOKEN}}" } } }
      - id: copy
        title: Make a copy
        needs: [stop]
        action: k8s.patch
        with: { ${object}, patch: { data: { b: c } } }
  - id: restore
    title: Restore
    approval: required
    steps:
      - id: ready
        title: Wait until it answers
        timeout: 5m
        action: k8s.wait
        with: { ${object}, that: object != null }
`;
}

const change = (after: string): JournalEvent & { type: 'step.started' } => ({
  type: 'step.started',
  step: '',
  attempt: 1,
  action: 'k8s.patch',
  actionVersion: 1,
  params: {},
  changes: [
    {
      kind: 'update',
      on: { target: 'here', object: 'ConfigMap default/a' },
      fields: [{ path: 'data.a', before: 'old', after }],
      risk: 'disruptive',
    },
  ],
});

export const started: JournalEvent = {
  type: 'run.started',
  runId,
  runbook: { name: 'move', version: '1.0.0', digest },
  envDigest: digest,
  drctl: '0.1.0',
  by: ada,
  approval: { by: 'ada@bastion', at: '2026-01-01T00:00:00.000Z', how: 'prompt', digest },
};
export const begin = (step: string, attempt = 1, after = '(sensitive)'): JournalEvent => ({
  ...change(after),
  step,
  attempt,
});
export const looks = (step: string): JournalEvent => ({
  ...change(''),
  step,
  action: 'k8s.wait',
  changes: [{ kind: 'none', because: 'reads only' }],
});
export const recorded = (step: string): JournalEvent => ({
  type: 'step.undo-recorded',
  step,
  entries: { 'ConfigMap default/a': { before: 'old' } },
});
export const done = (step: string, attempt = 1): JournalEvent => ({
  type: 'step.succeeded',
  step,
  attempt,
  outputs: {},
});
export const failed = (step: string, message: string, attempt = 1): JournalEvent => ({
  type: 'step.failed',
  step,
  attempt,
  willRetry: false,
  error: { code: 'CLIENT_CONFLICT', message, hint: 'Look at who else writes there' },
});
export const resumed: JournalEvent = { type: 'run.resumed', by: ben, drctl: '0.1.0' };
export const rollback: Extract<JournalEvent, { type: 'rollback.started' }> = {
  type: 'rollback.started',
  because: 'asked for by a person',
  by: ada,
};
export const finished = (
  outcome: 'succeeded' | 'failed' | 'rolled-back' | 'stuck',
): JournalEvent => ({
  type: 'run.finished',
  outcome,
});
export function undo(step: string): readonly [JournalEvent, JournalEvent] {
  return [
    { type: 'step.undo-started', step, scope: 'rollback' },
    { type: 'step.undone', step, scope: 'rollback' },
  ];
}

/** Failed, was killed, was resumed by somebody else, and was rolled back. */
export const eventful: readonly Said[] = [
  [0, started],
  [1, begin('stop')],
  [1, recorded('stop')],
  [5, done('stop')],
  [6, begin('copy')],
  [7, failed('copy', 'somebody else wrote there')],
  [7, finished('failed')],
  [100, resumed],
  [101, begin('copy', 2)],
  [101, recorded('copy')],
  // Killed here.
  [400, { ...rollback, by: ben }],
  [401, undo('copy')[0]],
  [402, undo('copy')[1]],
  [403, undo('stop')[0]],
  [404, undo('stop')[1]],
  [405, finished('rolled-back')],
];

export async function told(
  said: readonly Said[],
  { titles, isAlive = false, header: over }: ToldOptions = {},
): Promise<RunReport> {
  const { stop = 'Stop the writers', outage = 'the API is away' } = titles ?? {};
  const runbook = await load(text({ stop, outage }));
  const header = {
    runId,
    createdAt: '2026-01-01T00:00:00.000Z',
    by: ada,
    runbook: { name: 'move', version: '1.0.0', digest },
    sources: [{ path: 'my.yaml', text: '' }],
    env: { KUBECONFIG_FILE: '/home/ada/here.kubeconfig' },
    sensitiveEnv: ['TOKEN'],
    unavailable: [],
    plan: { phases: runbook.phases, envDigest: digest, unavailable: [] },
    ...over,
  } as unknown as RunHeader;
  const records = said.map(([seconds, event], index) => ({
    format: 1,
    seq: index + 1,
    at: new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString(),
    previous: '',
    event,
  })) as readonly JournalRecord[];
  const now = new Date(Date.UTC(2026, 0, 1, 1));
  const found = reportRun({ header, records, runbook, registry, isAlive, now });
  if (found === undefined) throw new Error('no report');
  return found;
}

export const sha256 = (words: string): string =>
  createHash('sha256').update(words).digest('base64');
