// Files of a run that are no longer what its journal says: noticed before anything is made of them.

import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { createBench, values } from './bench.ts';

const bench = createBench();

const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: moving, version: 1.0.0 }
env:
  PASSWORD: { sensitive: true, required: true }
  KUBECONFIG_FILE: { type: file, required: true }
targets:
  here: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
phases:
  - id: out
    steps:
      - id: export
        action: k8s.export
        with:
          target: here
          to: backup
          select: [{ apiVersion: v1, kind: ConfigMap, namespace: default, name: old }]
      - id: remove
        action: k8s.delete
        needs: [export]
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: old }
  - id: in
    approval: required
    steps:
      - id: restore
        action: k8s.restore
        with: { target: here, from: "{{steps.export.outputs.artifact}}" }
`;

async function exported(): Promise<{ readonly runId: string; readonly folder: string }> {
  await bench.write('moving.yaml', runbook);
  const { code, stderr } = await bench.drctl(
    'apply',
    'moving.yaml',
    ...values,
    '--approve',
    'plan',
  );
  expect(code, stderr).toBe(5);
  const [runId = ''] = await readdir(path.join(bench.cwd, '.drctl', 'runs'));
  return { runId, folder: path.join(bench.cwd, '.drctl', 'runs', runId, 'artifacts') };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** As somebody would who knows the format: the object's file and the index fit each other again. */
async function rewriteExport(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const name =
    names.find((one) => one.startsWith('backup/') && one.endsWith('/ConfigMap.json')) ?? '';
  const index = path.join(folder, 'backup', 'index.json');
  const before = await readFile(path.join(folder, name), 'utf8');
  const after = before.replace('blue', 'forged');
  await writeFile(path.join(folder, name), after);
  const indexed = await readFile(index, 'utf8');
  expect(indexed).toContain(digest(before));
  await writeFile(index, indexed.replace(digest(before), digest(after)));
}

describe('an artifact that was changed after its step', () => {
  it('is refused before it is restored, also where it fits itself, and goes on when it is put back', async () => {
    const { runId, folder } = await exported();
    const index = path.join(folder, 'backup', 'index.json');
    const whole = await readFile(index, 'utf8');
    await rewriteExport(folder);
    const refused = await bench.drctl('resume', runId, '--approve', 'in');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('DATA_CORRUPT');
    expect(refused.stderr).toContain('backup/index.json is not what the journal recorded');
    expect(await bench.configMaps()).not.toContain('old');
    const audited = await bench.drctl('audit', 'verify', runId);
    expect(audited.code).toBe(5);
    expect(audited.stdout).toContain('artifact backup/index.json is not what the journal recorded');
    const name = (await readdir(folder, { recursive: true })).find((one) =>
      one.endsWith('/ConfigMap.json'),
    );
    const file = path.join(folder, name ?? '');
    await writeFile(index, whole);
    await writeFile(file, (await readFile(file, 'utf8')).replace('forged', 'blue'));
    expect((await bench.drctl('audit', 'verify', runId)).code).toBe(0);
    expect((await bench.drctl('resume', runId, '--approve', 'in')).code).toBe(0);
    expect(await bench.configMaps()).toContain('old');
  });

  it('is named by audit verify whichever it is: an exported object, what was kept for the undo', async () => {
    const { runId, folder } = await exported();
    const names = (await readdir(folder, { recursive: true })).filter((one) =>
      one.endsWith('.json'),
    );
    expect(names.map((one) => one.split('/')[0])).toEqual(
      expect.arrayContaining(['undo', 'backup']),
    );
    for (const name of names) {
      const file = path.join(folder, name);
      const whole = await readFile(file);
      for (const spoil of [
        () => writeFile(file, whole.subarray(0, -1)),
        () => writeFile(file, `${whole.toString()} `),
        () => rm(file),
      ]) {
        await spoil();
        const { code, stdout } = await bench.drctl('audit', 'verify', runId);
        expect(code, name).toBe(5);
        expect(stdout).toContain(`artifact ${name} is`);
      }
      await writeFile(file, whole);
    }
    expect((await bench.drctl('audit', 'verify', runId)).code).toBe(0);
  });
});
