// Reaching a lab from another process: over its folder's files, with errors that say what to do.

import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clearDeadLab, connectLab, startLab, type Lab } from '../../../src/lab/index.ts';

const TIMEOUT_MS = 90_000;

describe('a running lab', { timeout: TIMEOUT_MS }, () => {
  let dir: string;
  let lab: Lab;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'drctl-lab-daemon-'));
    lab = await startLab({ dir, neighbours: false, nodePools: 1, nodePoolReplicas: 1 });
  }, TIMEOUT_MS);

  afterAll(async () => {
    await lab.down();
    await rm(dir, { recursive: true, force: true });
  });

  it('keeps its files to their owner', async () => {
    const paths = [...Object.values(lab.files), join(dir, 'lab.json'), join(dir, 'control.token')];
    for (const path of paths) expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('writes an env file in the names of the procedure, with absolute paths', async () => {
    const text = await readFile(lab.files.envFile, 'utf8');
    expect(text).toContain(`MGMT_KUBECONFIG="${join(dir, 'source.kubeconfig')}"`);
    expect(text).toMatch(/^AWS_ENDPOINT_URL="https:\/\/127\.0\.0\.1:\d+"$/m);
  });

  it('answers whoever can read its folder', async () => {
    const connected = await connectLab(dir);
    const status = await connected.status();
    expect(status).toMatchObject({
      pid: process.pid,
      source: { servesHostedApi: true },
      destination: { servesHostedApi: false, hostedClusters: [] },
      dns: { leadsTo: 'source' },
    });
    expect(await connected.violations()).toEqual([]);
    expect((await connected.check({ expect: 'migrated' })).ok).toBe(false);
  });

  it('refuses a port that is taken, and leaves nothing running', async () => {
    const taken = Number(new URL(lab.env['AWS_ENDPOINT_URL'] ?? '').port);
    const other = await mkdtemp(join(tmpdir(), 'drctl-lab-daemon-'));
    await expect(startLab({ dir: other, ports: { control: taken } })).rejects.toThrow(
      `Port ${taken}`,
    );
    await expect(connectLab(other)).rejects.toThrow('No lab is running');
    await rm(other, { recursive: true });
  });

  it('is down when it has been told so', async () => {
    const connected = await connectLab(dir);
    await connected.down();
    await lab.closed;
    await expect(connectLab(dir)).rejects.toThrow('No lab is running');
    await expect(connected.status()).rejects.toThrow('does not answer');
  });
});

describe('a folder without a running lab', () => {
  it('of a lab that died is told from one that never ran', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'drctl-lab-daemon-'));
    // No process has this id: it is above the kernel's limit.
    const state = { format: 1, pid: 2 ** 22 + 1, controlPort: 1, startedAt: 'then' };
    await writeFile(join(dir, 'lab.json'), JSON.stringify(state));
    await writeFile(join(dir, 'control.token'), 'token');
    // What real servers left: every Secret of two clusters, and the keys to them.
    await mkdir(join(dir, 'servers', 'source', 'etcd'), { recursive: true });
    await mkdir(join(dir, 'servers', 'logs'));
    await writeFile(join(dir, 'servers', 'logs', 'etcd.log'), 'why it ended');
    await expect(connectLab(dir)).rejects.toThrow('is gone');
    expect(await clearDeadLab(dir)).toBe(true);
    expect(await readdir(join(dir, 'servers'))).toEqual(['logs']);
    await expect(connectLab(dir)).rejects.toThrow('No lab is running');
    expect(await clearDeadLab(dir)).toBe(false);
    await writeFile(join(dir, 'control.token'), 'token');
    await writeFile(join(dir, 'lab.json'), 'something else');
    await expect(connectLab(dir)).rejects.toThrow('is not a lab');
    await rm(dir, { recursive: true });
  });
});
