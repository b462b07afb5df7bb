// What `rollback --preview` says beyond the steps: which objects are put back to what, which of the runbook's own steps
// are carried out, and where a person is asked. Against a real API server on loopback.

import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createFileRunStore,
  createKubeTarget,
  createSystem,
  operator,
} from '../../src/adapters/index.ts';
import { createBench, runbook } from './bench.ts';

const bench = createBench();
const { signal } = new AbortController();
const apps = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default' };
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

beforeEach(async () => {
  const kube = createKubeTarget({ kubeconfig: path.join(bench.cwd, 'kubeconfig') });
  for (const name of names) {
    const labels = { app: name };
    const spec = { containers: [{ name, image: name }] };
    await kube.client.delete({ ...apps, name }, { signal });
    const object = {
      apiVersion: apps.apiVersion,
      kind: apps.kind,
      metadata: { name, namespace: 'default' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    };
    await kube.client.create(object, signal);
  }
  kube.close();
  const scale = `      - { id: stop, action: k8s.scale, with: { target: here, kind: Deployment, namespace: default, names: [${names.join(', ')}], replicas: 0, waitForPods: false } }\n`;
  const own = `rollback:
  color:
    - { id: confirm-loss, title: Confirm the loss, action: flow.approve, with: { message: 'All is lost', typed: one } }
    - { id: color-back, title: Paint it blue, action: k8s.patch, with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: existing, patch: { data: { color: blue } } } }
`;
  await bench.write(
    'small.yaml',
    `${runbook.replace('      - id: color\n', `${scale}      - id: color\n`)}${own}`,
  );
  await bench.waitingRun();
});

describe('rollback --preview', () => {
  it('names what each undo puts back, at most five objects, and the runbook’s own steps', async () => {
    const { code, stdout } = await bench.drctl('rollback', '--preview');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /color +by the runbook's own steps\n +confirm-loss +Confirm the loss +\[flow.approve\] asks a person to type a name\n +color-back +Paint it blue +\[k8s.patch\]\n/,
    );
    expect(stdout).toMatch(/stop +put back\n +Deployment default\/a: replicas back to 2\n/);
    expect(stdout).toMatch(/Deployment default\/e: replicas back to 2\n +and 2 more objects\n/);
    expect(stdout).toMatch(/settings +put back\n +ConfigMap default\/one: was not there\n/);
  });

  it('says the same to machines, with all objects', async () => {
    const { stdout } = await bench.drctl('rollback', '--preview', '--json');
    const { undo } = JSON.parse(stdout) as { undo: readonly { instance: string }[] };
    expect(undo.find(({ instance }) => instance === 'color')).toMatchObject({
      steps: [
        { id: 'confirm-loss', action: 'flow.approve', asks: 'to type a name' },
        { id: 'color-back', title: 'Paint it blue', action: 'k8s.patch' },
      ],
    });
    const stop = undo.find(({ instance }) => instance === 'stop');
    expect(stop).toMatchObject({
      objects: names.map((name) => `Deployment default/${name}: replicas back to 2`),
    });
  });
});

describe('rollback --to', () => {
  it.each([{ flags: ['--preview'] }, { flags: ['--approve', 'rollback'] }])(
    'refuses a step that it cannot go back to before anything is shown: $flags',
    async ({ flags }) => {
      const misspelt = await bench.drctl('rollback', '--to', 'setings', ...flags);
      expect(misspelt).toMatchObject({ code: 2, stdout: '' });
      expect(misspelt.stderr).toContain('USAGE: --to setings: the runbook has no step "setings"');
      expect(misspelt.stderr).toContain('  Did you mean "settings"?\n  Steps that have begun: ');
      const later = await bench.drctl('rollback', '--to', 'remove-old', ...flags);
      expect(later).toMatchObject({ code: 2, stdout: '' });
      expect(later.stderr).toContain('step "remove-old" has not begun in this run');
      expect(await bench.configMaps()).toContain('one');
    },
  );

  it('goes back to a step that has begun', async () => {
    const { code, stdout } = await bench.drctl('rollback', '--to', 'settings', '--preview');
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^ +settings /m);
  });
});

it('a rollback that nobody can be asked about names the flag that answers, and leaves the run as it was', async () => {
  const asked = await bench.drctl('rollback', '--approve', 'rollback');
  expect(asked.code).toBe(5);
  expect(asked.stderr).toContain('--approve confirm-loss');
  expect(
    (await bench.drctl('rollback', '--approve', 'rollback', '--approve', 'confirm-loss')).code,
  ).toBe(0);
});

it('a rollback of a run that somebody works on asks nothing', async () => {
  const store = createFileRunStore({
    root: path.join(bench.cwd, '.drctl'),
    system: createSystem(),
  });
  const [header] = await store.list();
  const lease = await store.open(header?.runId ?? '', { by: operator() });
  try {
    const refused = await bench.drctl('rollback');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/RUN_LOCKED: Run \S+ is being worked on by \S+/);
  } finally {
    await lease.release();
  }
  expect((await bench.drctl('rollback')).code).toBe(5);
});
