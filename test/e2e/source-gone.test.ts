// The management cluster is lost for good, before a move or in the middle of one: the hosted cluster is served by the
// destination all the same, from the newest backup that is whole.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createAwsTarget } from '../../src/adapters/index.ts';
import { realCrds, withoutCrds } from '../lab/crds/real-crds.ts';
import { areMissing } from '../lab/envtest/real-servers.ts';
import { motoProgram } from '../lab/real/moto.ts';
import { tally } from '../support/tally.ts';
import { mustSucceed, openWorkbench, root, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 600_000;
const backupRunbook = path.join(root, 'runbooks/aws-backup.yaml');
/** Some of the customer's writes, so that a backup is older than the newest of them. */
const WRITES_MS = 2_000;
const kill = (step: string) => ({ signal: 'SIGKILL' as const, step });

const killed = { begun: 0, recovered: 0 };
afterAll(() => {
  const suite = 'a source that is gone, also in the middle of a move';
  const differences = killed.begun - killed.recovered;
  tally({ suite, kills: killed.recovered, violations: 0, differences });
});

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const backUp = (world: Workbench) =>
  mustSucceed(world, 'apply', backupRunbook, ...world.env, '--auto-approve');
const recover = (world: Workbench, ...flags: readonly string[]) =>
  ['apply', runbook, ...world.env, '--unavailable', 'source', ...flags] as const;

async function loseSource(world: Workbench): Promise<void> {
  await delay(WRITES_MS);
  const lost = await world.drctl('lab', 'fail', 'source');
  expect(lost.exitCode, show(lost)).toBe(0);
  expect(lost.stdout).toContain(
    'Next: drctl plan runbooks/aws-same-region.yaml -e .drctl/lab/lab.env --unavailable source',
  );
}

/** A lab with a backup and writes after it, whose source is gone. */
async function lostWithBackup(...flags: readonly string[]): Promise<Workbench> {
  const world = await openWorkbench(...flags);
  bench = world;
  await backUp(world);
  await loseSource(world);
  return world;
}

async function mustBeRecovered(world: Workbench): Promise<void> {
  await mustSucceed(world, 'lab', 'check', '--expect', 'recovered');
}

const worlds: readonly { readonly name: string; readonly flags: readonly string[] }[] = [
  { name: 'one etcd member', flags: [] },
  { name: 'three etcd members', flags: ['--ha'] },
  { name: 'private endpoints only', flags: ['--endpoint-access', 'Private'] },
];

describe('with a backup made before', () => {
  it.each(worlds)(
    'the destination serves the hosted cluster as it was then, with $name',
    { timeout: LIMIT_MS },
    async ({ flags }) => {
      const world = await lostWithBackup(...flags);
      await mustSucceed(world, ...recover(world, '--auto-approve'));
      await mustBeRecovered(world);
    },
  );

  it(
    'the plan says what is restored, what that loses, and what each skipped step leaves open',
    { timeout: LIMIT_MS },
    async () => {
      const world = await lostWithBackup();
      const plan = await world.drctl('plan', runbook, ...world.env, '--unavailable', 'source');
      expect(plan.exitCode, show(plan)).toBe(0);
      const { stdout } = plan;
      expect(stdout).toMatch(
        /warning: clusters\/demo-hosted is restored from backup \d{8}-\d{6}-aws-backup-\w+ of [\d-]+T[\d:.]+Z, \d+s old \(etcd revision \d+\): everything written since then is lost/,
      );
      expect(stdout).toContain(
        'stop-writers is skipped: target "source" is unavailable: what a control plane that still runs there takes from now on is lost',
      );
      expect(stdout).toContain('fetch 50 objects to artifact objects');
      expect(stdout).toContain('- aws: A api-demo-hosted.hc.lab.example.com');
      expect(stdout).toContain('To confirm: source is gone and stays off');
      expect(stdout).not.toContain('Approvals:');
      expect(stdout.match(/is skipped: target "source"/g)).toHaveLength(26);
    },
  );

  it(
    'nothing is released or restored before a person has confirmed that the source is gone, by name',
    { timeout: LIMIT_MS },
    async () => {
      const world = await lostWithBackup();
      const waiting = await world.drctl(...recover(world, '--approve', 'plan'));
      expect(waiting.exitCode, show(waiting)).toBe(5);
      expect(waiting.stdout + waiting.stderr).toContain('is gone and stays off');
      expect(waiting.stdout + waiting.stderr).toContain('--approve source');
      expect(waiting.stdout + waiting.stderr).toContain('The lock drctl-demo-hosted is not taken');
      const begun = (await world.journal()).flatMap((event) =>
        event.type === 'step.started' ? [event.step] : [],
      );
      expect(begun).not.toContain('release-records');
      // The teardown has nothing left to do, so nobody is asked about it.
      await mustSucceed(world, 'resume', '--approve', 'source');
      const confirmed = (await world.journal()).filter(({ type }) => type === 'target.given-up');
      expect(confirmed).toMatchObject([{ target: 'source', approval: { how: 'flag' } }]);
      await mustBeRecovered(world);
    },
  );

  it(
    'killed in every phase and resumed each time it ends as if nothing had happened',
    { timeout: LIMIT_MS },
    async () => {
      const world = await lostWithBackup();
      const steps = [
        'find-backup',
        'fetch-objects',
        'release-records',
        'restore-references',
        'restore-machines',
        'restore-hosted-cluster',
        'nodes-ready',
        'restart-ovn',
      ];
      for (const [index, step] of steps.entries()) {
        const words = index === 0 ? recover(world, '--auto-approve') : ['resume', '--auto-approve'];
        const outcome = await world.interrupted(kill(step), ...words);
        expect(outcome.signal, `${step}: ${show(outcome)}`).toBe('SIGKILL');
        killed.begun += 1;
      }
      await mustSucceed(world, 'resume', '--auto-approve');
      await mustBeRecovered(world);
      killed.recovered += steps.length;
    },
  );
});

async function damageNewest(world: Workbench, name: string): Promise<void> {
  const env = await readFile(path.join(world.dir, '.drctl/lab/lab.env'), 'utf8');
  const text = (key: string): string => new RegExp(`^${key}="(.*)"$`, 'm').exec(env)?.[1] ?? '';
  const target = createAwsTarget({
    region: text('MGMT_REGION'),
    credentialsFile: text('AWS_CREDS'),
    profile: text('AWS_CREDS_PROFILE'),
    endpoint: text('LAB_AWS_ENDPOINT_URL'),
    caBundle: text('LAB_AWS_CA_BUNDLE'),
  });
  try {
    const { signal } = new AbortController();
    const bucket = text('BUCKET_NAME');
    const keys: string[] = [];
    for await (const { key } of target.bucketReader.list({ bucket, prefix: 'backups/' }, signal)) {
      if (key.endsWith(`/${name}`)) keys.push(key);
    }
    const bytes = Buffer.from('damaged');
    await target.bucketClient.upload(
      { bucket, key: keys.at(-1) ?? '' },
      {
        content: (async function* () {
          yield await Promise.resolve(bytes);
        })(),
        sizeBytes: bytes.byteLength,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        partSizeBytes: 8 * 1024 ** 2,
        encryption: 'AES256',
        onProgress: () => undefined,
        signal,
      },
    );
  } finally {
    target.close();
  }
}

describe('what is in the bucket is not taken on trust', () => {
  it(
    'a damaged newest backup is passed over for the one before, and the plan says why',
    { timeout: LIMIT_MS },
    async () => {
      const world = await openWorkbench();
      bench = world;
      await backUp(world);
      await delay(WRITES_MS);
      await backUp(world);
      await damageNewest(world, 'etcd.db');
      await loseSource(world);
      const plan = await world.drctl('plan', runbook, ...world.env, '--unavailable', 'source');
      expect(plan.stdout).toMatch(/Newer backup \S+ is passed over: etcd\.db has 7 bytes, not \d+/);
      await mustSucceed(world, ...recover(world, '--auto-approve'));
      await mustBeRecovered(world);
    },
  );

  it(
    'without any backup nothing is begun, and the error says where it looked',
    { timeout: LIMIT_MS },
    async () => {
      const world = await openWorkbench();
      bench = world;
      await loseSource(world);
      const refused = await world.drctl(...recover(world, '--auto-approve'));
      expect(refused.exitCode, show(refused)).toBe(3);
      expect(refused.stdout + refused.stderr).toContain('BACKUP_MISSING');
      expect(refused.stdout + refused.stderr).toMatch(
        /There is no backup of clusters\/demo-hosted in s3:\/\/\S+\/backups\/clusters\/demo-hosted\//,
      );
      expect(await world.journal()).toEqual([]);
    },
  );
});

describe('a source that dies in the middle of a move', () => {
  it.each([
    { when: 'as soon as the backup is complete', step: 'restore-point' },
    { when: 'while its external-dns gives the names free', step: 'names-released' },
    { when: 'in the middle of the restore', step: 'restore-machines' },
    { when: 'in the middle of the teardown', step: 'delete-machines' },
  ])('is given up on resume, and the move ends: $when', { timeout: LIMIT_MS }, async ({ step }) => {
    const world = await openWorkbench();
    bench = world;
    const words = ['apply', runbook, ...world.env, '--auto-approve'];
    const begun = await world.interrupted(kill(step), ...words);
    expect(begun.signal, show(begun)).toBe('SIGKILL');
    killed.begun += 1;
    await mustSucceed(world, 'lab', 'fail', 'source');
    await mustSucceed(world, 'resume', '--unavailable', 'source', '--auto-approve');
    await mustBeRecovered(world);
    killed.recovered += 1;
  });

  it(
    'before its backup is complete is recovered from an earlier one by a new run, as the refusal says',
    { timeout: LIMIT_MS },
    async () => {
      const world = await openWorkbench();
      bench = world;
      await backUp(world);
      const words = ['apply', runbook, ...world.env, '--auto-approve'];
      const begun = await world.interrupted(kill('stop-writers'), ...words);
      expect(begun.signal, show(begun)).toBe('SIGKILL');
      await mustSucceed(world, 'lab', 'fail', 'source');
      const refused = await world.drctl('resume', '--unavailable', 'source', '--auto-approve');
      expect(refused.exitCode, show(refused)).toBe(1);
      expect(refused.stdout + refused.stderr).toContain(
        'begin a new run with --unavailable source',
      );
      const gone = ['--unavailable', 'source', '--unavailable', 'hosted'];
      await mustSucceed(world, 'rollback', ...gone, '--auto-approve');
      await mustSucceed(world, ...recover(world, '--auto-approve'));
      await mustBeRecovered(world);
    },
  );
});

describe.skipIf(areMissing)('on real servers (skipped where their programs are absent)', () => {
  it(
    'the hosted cluster is restored from a snapshot that etcdctl took while it was written to',
    { timeout: LIMIT_MS },
    async () => {
      const world = await lostWithBackup(
        '--backend',
        'envtest',
        ...(motoProgram === undefined ? [] : ['--aws', 'moto']),
        ...(withoutCrds ? [] : ['--crds', realCrds]),
      );
      await mustSucceed(world, ...recover(world, '--auto-approve'));
      await mustBeRecovered(world);
    },
  );
});
