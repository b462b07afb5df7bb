// The real servers as the lab starts them: they answer, they keep others out, they hand a command on to a kubelet, and they
// end with whoever started them.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ChildProcesses, findBinaries } from '../../../src/lab/envtest/index.ts';
import { buildSources } from '../../support/built-sources.ts';
import { rest, merge, type Rest } from '../kube/rest.ts';
import { startRealServer, type RealServer } from './real-server.ts';
import { areMissing } from './real-servers.ts';

const START_LIMIT_MS = 180_000;

describe.skipIf(areMissing)('a real server (skipped where its programs are absent)', () => {
  let server: RealServer;
  let kube: Rest;
  beforeAll(async () => {
    server = await startRealServer({
      tokens: [{ token: 'nobodys', user: 'nobody', groups: [] }],
      exec: async ({ command, pod, container }, { stdout, stderr }) => {
        await stdout(Buffer.from(`${pod}/${container}: `));
        await stdout(Buffer.from(command.join(' ')));
        await stderr(Buffer.from('note'));
        return 3;
      },
    });
    kube = rest(server.connection);
  }, START_LIMIT_MS);
  afterAll(async () => {
    kube.close();
    await server.close();
  });

  it('says which version it is', async () => {
    const { body } = await kube.call('GET', '/version');
    expect(body['gitVersion']).toMatch(/^v\d+\.\d+/);
  });

  it('lets a user without rights do nothing', async () => {
    const stranger = rest({ ...server.connection, token: 'nobodys' });
    const { code, body } = await stranger.call('GET', '/api/v1/namespaces/default/secrets');
    stranger.close();
    expect([code, body['reason']]).toEqual([403, 'Forbidden']);
  });

  it('hands a command on to the kubelet of the node, and its output and exit code back', async () => {
    const { code, body } = await kube.call('POST', '/api/v1/nodes', {
      body: { metadata: { name: 'node-1' } },
    });
    expect([code, body['message']]).toEqual([201, undefined]);
    await kube.call('PATCH', '/api/v1/nodes/node-1/status', {
      contentType: merge,
      body: {
        status: {
          addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
          daemonEndpoints: { kubeletEndpoint: { Port: server.kubeletPort } },
        },
      },
    });
    await kube.call('POST', '/api/v1/namespaces/default/pods', {
      body: {
        metadata: { name: 'shell' },
        spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'i' }] },
      },
    });
    const { baseUrl, ca, token } = server.connection;
    const socket = new WebSocket(
      `${baseUrl.replace('https', 'wss')}/api/v1/namespaces/default/pods/shell/exec?container=main&stdout=true&stderr=true&command=echo&command=a%20b`,
      ['v4.channel.k8s.io'],
      { ca, headers: { authorization: `Bearer ${token}` } },
    );
    const said = new Map<number, string>();
    await new Promise<void>((resolve, reject) => {
      socket.on('message', (data: Buffer) => {
        const channel = data[0] ?? 0;
        said.set(channel, (said.get(channel) ?? '') + data.subarray(1).toString());
      });
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
    expect(said.get(1)).toBe('shell/main: echo a b');
    expect(said.get(2)).toBe('note');
    expect(JSON.parse(said.get(3) ?? '')).toMatchObject({
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });
});

describe('the programs of a lab', () => {
  it('are named when they are missing, with how to get them', () => {
    const nowhere = { KUBEBUILDER_ASSETS: '/nowhere', PATH: '', HOME: '/nowhere' };
    expect(() => findBinaries(nowhere)).toThrow(
      'no kube-apiserver, no etcd, no etcdctl in KUBEBUILDER_ASSETS (/nowhere), on PATH, or in /nowhere/.cache',
    );
  });

  it('that end before they are ready leave the end of their log in the error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drctl-programs-'));
    const processes = new ChildProcesses(folder);
    const program = await processes.start({
      name: 'broken',
      program: '/bin/sh',
      args: ['-c', 'echo "cannot find my keys"; exit 3'],
    });
    await expect(program.becomesReady(() => Promise.resolve(false))).rejects.toThrow(
      'broken ended with exit code 3: cannot find my keys',
    );
    await processes.close();
    await rm(folder, { recursive: true });
  });

  it('end also when the process that started them is killed outright', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drctl-programs-'));
    const built = await buildSources();
    const script = `
      const { ChildProcesses } = await import(${JSON.stringify(join(built, 'lab/envtest/index.js'))});
      const processes = new ChildProcesses(${JSON.stringify(folder)});
      const one = await processes.start({ name: 'one', program: '/bin/sleep', args: ['300'] });
      console.log(one.pid);
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))),
    );
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 50 });
    await rm(folder, { recursive: true });
    await rm(built, { recursive: true });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
