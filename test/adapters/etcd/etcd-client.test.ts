// The etcd adapter over the lab's pods, and what it must do beyond the contract: fixed words, no shell, both places of the
// CA, ids of 64 bits, a limit on every command.

import { describe, expect, test } from 'vitest';
import { createEtcdClient } from '../../../src/adapters/index.ts';
import type { ExecRequest, ExecSession } from '../../../src/actions/ports.ts';
import { parseStatus } from '../../../src/adapters/etcd/etcdctl.ts';
import { runInPod } from '../../../src/adapters/etcd/exec-tools.ts';
import type { ExecPort } from '../../../src/adapters/etcd/exec-tools.ts';
import { etcdTools } from '../../../src/lab/hosted/embedded/etcd-commands.ts';
import { encodeSnapshot } from '../../../src/lab/hosted/embedded/snapshot-file.ts';
import { MemoryFiles } from '../../../src/lab/kubelet/pod-files.ts';
import { runCommand } from '../../../src/lab/kubelet/shell.ts';
import type { CommandContext } from '../../../src/lab/kubelet/command.ts';
import { whileCollecting } from '../../support/garbage.ts';
import { etcdClientSuite } from '../../contracts/etcd-client.suite.ts';

const signal = new AbortController().signal;
const member = { namespace: 'clusters-prod', pod: 'etcd-0', container: 'etcd' };
const newCa = '/etc/etcd/tls/etcd-ca/ca.crt';
const oldCa = '/etc/etcd/tls/client/etcd-client-ca.crt';

interface LabPods {
  exec(request: ExecRequest): Promise<ExecSession>;
  readonly commands: (readonly string[])[];
}

/** Pods as the lab runs them; etcd-1 has no quorum. */
function labPods(options: { readonly ca?: string } = {}): LabPods {
  const contexts = new Map<string, CommandContext>();
  for (const pod of ['etcd-0', 'etcd-1']) {
    const isHealthy = pod === 'etcd-0';
    const tls = [
      options.ca ?? newCa,
      '/etc/etcd/tls/client/etcd-client.crt',
      '/etc/etcd/tls/client/etcd-client.key',
    ];
    const store = { content: 'keys', revision: 100, encryptionKey: undefined };
    contexts.set(pod, {
      files: new MemoryFiles(tls.map((path) => [path, Buffer.from('pem')])),
      folders: ['/var/lib', '/tmp'],
      volumeBytes: 1024 ** 3,
      tools: etcdTools({
        memberId: 1,
        snapshot: () => (isHealthy ? encodeSnapshot(store) : undefined),
        status: () => (isHealthy ? { revision: 100, sizeBytes: 20_480 } : undefined),
        changesSince: (since) =>
          [99, 100]
            .filter((revision) => revision > since)
            .map((revision) => ({ revision, isRemoval: revision === 100 })),
      }),
    });
  }
  const commands: (readonly string[])[] = [];
  return {
    commands,
    exec: async ({ pod, command }) => {
      commands.push(command);
      const context = contexts.get(pod);
      if (context === undefined) throw new Error(`No pod ${pod}`);
      const { code, stdout, stderr } = await runCommand(command, context);
      return { stdout: once(stdout), exit: Promise.resolve({ code, stderr }) };
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

etcdClientSuite('over exec', () => createEtcdClient(labPods()));

/** A watch that has told what there is, and goes on until it is left. */
function endless(pods: ReturnType<typeof labPods>): ExecPort & { readonly left: () => boolean } {
  let left = false;
  return {
    left: () => left,
    exec: async (request) => {
      const session = await pods.exec(request);
      if (!request.command.includes('watch')) return session;
      const stdout = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* session.stdout;
          await new Promise(() => undefined);
        } finally {
          left = true;
        }
      };
      return { stdout: stdout(), exit: new Promise(() => undefined) };
    },
  };
}

test('a watch is left as soon as it has told of the revision that is known', async () => {
  const pods = endless(labPods());
  const etcd = createEtcdClient(pods);
  expect(await etcd.changesSince(member, { after: 98, upTo: 100 }, signal)).toEqual({
    writes: 1,
    removals: 1,
    upToRevision: 100,
  });
  expect(pods.left()).toBe(true);
});

test('the CA of control planes before 4.12 is found at its place', async () => {
  const pods = labPods({ ca: oldCa });
  expect(await createEtcdClient(pods).status(member, signal)).toMatchObject({ healthy: true });
  expect(pods.commands.flat()).toContain(`--cacert=${oldCa}`);
});

test('no command goes through a shell, and etcdctl gets its version of the API', async () => {
  const pods = labPods();
  const etcd = createEtcdClient(pods);
  await etcd.status(member, signal);
  await etcd.saveSnapshot(member, '/var/lib/drctl-x.db', signal);
  await etcd.removeFile(member, '/var/lib/drctl-x.db', signal);
  expect(new Set(pods.commands.map(([program]) => program))).toEqual(
    new Set(['stat', 'env', 'rm']),
  );
  expect(pods.commands.find(([program]) => program === 'env')?.slice(0, 3)).toEqual([
    'env',
    'ETCDCTL_API=3',
    'etcdctl',
  ]);
});

test.each(['etcd.db', '/var/lib/../../etc', '/var/lib/*', '/var/lib/a b', '-rf', '/x;y'])(
  'a path like %s never reaches the pod',
  async (path) => {
    const pods = labPods();
    const etcd = createEtcdClient(pods);
    await expect(etcd.removeFile(member, path, signal)).rejects.toMatchObject({
      code: 'PARAMS_INVALID',
    });
    expect(pods.commands).toEqual([]);
  },
);

const answer = (leader: string, member_id: string) =>
  `[{"Endpoint":"https://localhost:2379","Status":{"header":{"cluster_id":14841639068965178418,"member_id":${member_id},"revision":1234,"raft_term":2},"version":"3.5.18","dbSize":20480,"leader":${leader},"raftIndex":9}}]`;

describe('endpoint status', () => {
  test('ids that differ only beyond the precision of numbers are told apart', () => {
    const id = '10501334649042878790';
    expect(parseStatus(answer(id, id))).toEqual({
      memberId: id,
      isLeader: true,
      revision: 1234,
      dbSizeBytes: 20_480,
      version: '3.5.18',
    });
    expect(parseStatus(answer('10501334649042878791', id)).isLeader).toBe(false);
  });

  test.each(['', 'null', '[]', '{"message":"no"}'])('%s is not taken for an answer', (text) => {
    expect(() => parseStatus(text)).toThrow('cannot be read');
  });
});

test('a member whose pod does not take commands is unhealthy; that we may not ask is an error', async () => {
  const { DrctlError } = await import('../../../src/engine/index.ts');
  const failing = (code: 'CLIENT_UNREACHABLE' | 'CLIENT_DENIED') =>
    createEtcdClient({ exec: () => Promise.reject(new DrctlError(code, `${code} here`)) });
  expect(await failing('CLIENT_UNREACHABLE').status(member, signal)).toMatchObject({
    healthy: false,
    because: 'CLIENT_UNREACHABLE here',
  });
  await expect(failing('CLIENT_DENIED').status(member, signal)).rejects.toMatchObject({
    code: 'CLIENT_DENIED',
  });
});

test.each([
  ['CLIENT_UNREACHABLE', undefined],
  ['CLIENT_THROTTLED', 10],
] as const)('%s once says nothing about a member', async (code, retryAfterMs) => {
  const { DrctlError } = await import('../../../src/engine/index.ts');
  const pods = labPods();
  let broken = 0;
  const breaking = {
    exec: (request: ExecRequest): Promise<ExecSession> => {
      // Each command meets it once.
      const isFirst = broken === pods.commands.length;
      if (!isFirst) return pods.exec(request);
      broken += 1;
      const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
      return Promise.reject(new DrctlError(code, 'no', { retryable: true, ...wait }));
    },
  };
  expect(await createEtcdClient(breaking).status(member, signal)).toMatchObject({ healthy: true });
  expect(broken).toBeGreaterThan(1);
});

test('a command that never ends is given up, and says so', async () => {
  const hanging = {
    exec: ({ signal: bounded }: ExecRequest): Promise<ExecSession> =>
      new Promise((_, reject) => {
        bounded.addEventListener('abort', () => reject(bounded.reason as Error));
      }),
  };
  await expect(
    runInPod(hanging, { member, command: ['etcdctl', 'hang'], timeoutMs: 1, signal }),
  ).rejects.toMatchObject({ code: 'CLIENT_UNREACHABLE', retryable: true });
});

test('the time limit of a command holds when garbage is collected meanwhile', async () => {
  const hanging = {
    exec: ({ signal: bounded }: ExecRequest): Promise<ExecSession> =>
      new Promise((_, reject) => {
        bounded.addEventListener('abort', () => reject(bounded.reason as Error));
      }),
  };
  const run = { member, command: ['etcdctl', 'hang'], timeoutMs: 200, signal };
  await expect(whileCollecting(() => runInPod(hanging, run))).rejects.toMatchObject({
    code: 'CLIENT_UNREACHABLE',
    message: expect.stringContaining('did not end within 0.2 s') as string,
  });
});

test('an interrupted command ends with the reason of its signal', async () => {
  const stop = new AbortController();
  const reason = new Error('stop');
  const hanging = {
    exec: ({ signal: bounded }: ExecRequest): Promise<ExecSession> =>
      new Promise((_, reject) => {
        bounded.addEventListener('abort', () => reject(bounded.reason as Error));
        stop.abort(reason);
      }),
  };
  const run = { member, command: ['etcdctl'], timeoutMs: 60_000, signal: stop.signal };
  await expect(runInPod(hanging, run)).rejects.toBe(reason);
});
