// A run that goes on where its files lie elsewhere: what may be given anew, what may not, and that it is the same cluster.

import { mkdir, readFile, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/engine/index.ts';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import type { KubeServer } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { createBench, runbook, token, values } from './bench.ts';

const bench = createBench();
const given = ['--set', 'KUBECONFIG_FILE=other/kubeconfig'];
let another: KubeServer | undefined;
afterEach(async () => {
  await another?.close();
  another = undefined;
});

/** As on a machine where the kubeconfig lies in another place. */
async function moveKubeconfig(): Promise<void> {
  await mkdir(path.join(bench.cwd, 'other'));
  await rename(path.join(bench.cwd, 'kubeconfig'), path.join(bench.cwd, 'other', 'kubeconfig'));
}

async function journal(): Promise<readonly JournalRecord['event'][]> {
  const runs = path.join(bench.cwd, '.drctl', 'runs');
  const [run = ''] = await readdir(runs);
  const text = await readFile(path.join(runs, run, 'journal.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as JournalRecord).event);
}

describe('a kubeconfig that lies elsewhere now', () => {
  it('is asked for by its name', async () => {
    await bench.waitingRun();
    await moveKubeconfig();
    const { code, stderr } = await bench.drctl('resume', '--approve', 'clean');
    expect(code).toBe(2);
    expect(stderr).toMatch(/KUBECONFIG_FILE: .* does not exist\n.*--set KUBECONFIG_FILE=PATH/);
  });

  it.each([
    { command: ['resume', '--approve', 'clean'], type: 'run.resumed' },
    { command: ['rollback', '--auto-approve'], type: 'rollback.started' },
  ])('may be given anew, which is said and journaled: $type', async ({ command, type }) => {
    await bench.waitingRun();
    await moveKubeconfig();
    const { code, stderr, stdout } = await bench.drctl(...command, ...given);
    expect(code, stderr).toBe(0);
    const to = path.join(bench.cwd, 'other', 'kubeconfig');
    const from = path.join(bench.cwd, 'kubeconfig');
    expect(stdout + stderr).toContain(`KUBECONFIG_FILE is "`);
    const event = (await journal()).find((one) => one.type === type);
    expect(event).toMatchObject({ moved: [{ name: 'KUBECONFIG_FILE', from, to }] });
  });

  it('that leads to another cluster is refused, and nothing is done there', async () => {
    await bench.waitingRun();
    const before = await journal();
    const authority = await createCertificateAuthority();
    const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
    another = await startKubeServer({
      name: 'another',
      tls,
      tokens: [{ token, user: 'tester', groups: [] }],
    });
    await bench.write('another-kubeconfig', another.kubeconfig({ token }));
    const other = 'KUBECONFIG_FILE=another-kubeconfig';
    const result = await bench.drctl('resume', '--auto-approve', '--set', other);
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/RUN_MISMATCH: Run \S+ was begun on another cluster .* here \(/);
    expect(await journal()).toEqual(before);
  });

  it.each([
    ['a step', '{ color: blue,', '{ color: blue, place: "{{env.KUBECONFIG_FILE}}",'],
    ['a variable', 'targets:', 'vars: { place: "{{env.KUBECONFIG_FILE}}" }\ntargets:'],
    ['an expression over all values', 'needs: [settings]', 'when: size(env) > 0'],
  ])('stays what it was where %s names it too', async (_where, text, other) => {
    expect(runbook).toContain(text);
    await bench.write('small.yaml', runbook.replace(text, other));
    await bench.waitingRun();
    await moveKubeconfig();
    const { code, stderr } = await bench.drctl('resume', '--approve', 'clean', ...given);
    expect(code).toBe(4);
    expect(stderr).toContain('RUN_MISMATCH');
  });
});

describe('the place of a state', () => {
  it.each(['gs://bucket/x', 's3://', 's3://b'])(
    'that can hold no runs is refused: %s',
    async (uri) => {
      const { code, stderr } = await bench.drctl('runs', '--state', uri);
      expect(code).toBe(2);
      expect(stderr).toContain('USAGE');
    },
  );

  it('is named to whoever is kept away by the lock of a run that lives there', async () => {
    const locks =
      'locks: [{ target: here, namespace: default, name: "elsewhere-{{env.NAME}}" }]\nphases:';
    await bench.write('small.yaml', runbook.replace('phases:', locks));
    await bench.waitingRun();
    const apply = ['apply', 'small.yaml', ...values, '--auto-approve'];
    const { code, stderr } = await bench.drctl(...apply, '--state', 'another');
    expect(code).toBe(4);
    expect(stderr).toContain('its state is in CWD/.drctl');
    expect((await bench.drctl('resume', '--approve', 'clean')).code).toBe(0);
  });
});
