// What a person reads before deciding, in five worlds, as it stands on a terminal of 100 columns, and where all is well on a
// narrow and on a wide one too. Whoever changes one of
// these reads it again as if it were three in the morning.

import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { kinds } from '../../src/lab/cluster/kinds.ts';
import { newFolder, runCli } from '../cli/run-cli.ts';
import type { CliResult } from '../cli/run-cli.ts';
import { HC, HCP, WRITERS, pause, scale, waitForNoPods } from '../lab/world/hands.ts';
import type { Hands } from '../lab/world/hands.ts';
import { startedLab, stopLabs } from '../lab/world/lab-fixture.ts';
import { folder } from './preconditions/checks-of.ts';

/** A lab and several commands, on a machine that does other things too. */
const LIMIT_MS = 400_000;

afterEach(stopLabs);
afterAll(stopLabs);

interface Reader {
  readonly hands: Hands;
  say(...words: readonly string[]): Promise<CliResult>;
  plan(...words: readonly string[]): Promise<CliResult>;
  planAt(columns: number): Promise<CliResult>;
}

async function reader(): Promise<Reader> {
  const hands = await startedLab({ nodePools: 2, secrets: 20 });
  const cwd = await newFolder();
  const env = ['-e', hands.lab.files.envFile];
  const say = async (...words: readonly string[]) =>
    runCli(words, { cwd, columns: 100, isTerminal: true });
  const plan = async (...words: readonly string[]) =>
    say('plan', `${folder}/aws-same-region.yaml`, ...env, ...words);
  const planAt = async (columns: number) =>
    runCli(['plan', `${folder}/aws-same-region.yaml`, ...env], { cwd, columns, isTerminal: true });
  return { hands, say, plan, planAt };
}

/** What is another one in each lab. */
function stable({ stdout, stderr }: CliResult): string {
  return `${stdout}\n${stderr}`
    .replaceAll(/\/[\w./-]+\/(\w+\.kubeconfig)/g, 'DIR/$1')
    .replaceAll(folder, 'RUNBOOKS')
    .replaceAll(/-e \/\S+/g, '-e ENV')
    .replaceAll(
      /-([0-9a-f]{5}|[0-9a-f]{8})\b/g,
      (_whole, hash: string) => `-${'0'.repeat(hash.length)}`,
    )
    .replaceAll(/Cannot get the version on (\S+): .*/g, 'Cannot get the version on $1: WHY')
    .replaceAll(/user\/\w+/g, 'user/KEY')
    .replaceAll(/About \d+ bytes/g, 'About SOME bytes')
    .replaceAll(/clusterID: "[0-9a-f-]+"/g, 'clusterID: "ID"')
    .replaceAll(/RUN-[a-z-]+…?/g, 'RUN')
    .replaceAll(/revision \d+/g, 'revision SOME');
}

describe('a plan reads so', () => {
  it('in a world in which all is well', { timeout: LIMIT_MS }, async () => {
    const { planAt } = await reader();
    for (const columns of [100, 80, 200]) {
      const clean = await planAt(columns);
      expect(clean.code).toBe(0);
      expect(stable(clean)).toMatchSnapshot(`${columns} columns`);
    }
  });

  it('in a world in which half of it is done', { timeout: LIMIT_MS }, async () => {
    const { hands, plan } = await reader();
    const { source } = hands;
    await pause(source);
    await scale(source, HCP, WRITERS, 0);
    await waitForNoPods(source, HCP, WRITERS);
    for (const route of (await source.list(kinds.route, HCP)).items)
      await source.remove(kinds.route, { namespace: HCP, name: route.metadata.name });
    const half = await plan();
    expect(half.code).toBe(0);
    expect(stable(half)).toMatchSnapshot();
  });

  it('when the world has changed since it was made', { timeout: LIMIT_MS }, async () => {
    const { hands, say, plan } = await reader();
    await plan('-o', 'move.plan');
    await hands.source.create(kinds.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: HCP, name: 'made-later' },
    });
    await hands.source.patch(kinds.hostedCluster, HC, { spec: { pausedUntil: 'true' } });
    const stale = await say('apply', 'move.plan', '--auto-approve');
    expect(stale.code).toBe(4);
    expect(stable(stale)).toMatchSnapshot();
  });

  it('when the source is gone', { timeout: LIMIT_MS }, async () => {
    const { hands, say, plan } = await reader();
    const backup = [`${folder}/aws-backup.yaml`, '-e', hands.lab.files.envFile, '--auto-approve'];
    expect(await say('apply', ...backup)).toMatchObject({ code: 0 });
    await hands.lab.fail('source');
    const gone = await plan('--unavailable', 'source');
    expect(gone.code).toBe(0);
    expect(stable(gone)).toMatchSnapshot();
  });
});
