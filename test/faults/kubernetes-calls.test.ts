// One call to an API server, made while the server or the way to it is ill: it succeeds, or it ends in time with an error
// that says of what kind it is; it never does its work twice; and the same call succeeds once the fault is gone. On the
// lab's own server and on a real one, with the adapter's bounds made short.

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeTarget } from '../../src/adapters/kubernetes/create-kube-target.ts';
import { DrctlError } from '../../src/engine/index.ts';
import { START_LIMIT_MS } from '../adapters/kubernetes/real-clusters.ts';
import { startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts';
import type { FaultProxy } from '../fakes/fault-proxy/fault-proxy.ts';
import { areMissing } from '../lab/envtest/real-servers.ts';
import { tally } from '../support/tally.ts';
import { callKinds } from './kubernetes-calls.ts';
import type { CallKind } from './kubernetes-calls.ts';
import { faults, isExec, isWatch, notExec, reachesServer, status } from './kubernetes-faults.ts';
import type { Expected } from './kubernetes-faults.ts';
import { connect, startEmbedded, startReal } from './kubernetes-servers.ts';
import type { Server } from './kubernetes-servers.ts';

const BOUND_MS = 800;
/** For what one call may take when it meets its bound once, with what is asked before it. */
const PROMPT_MS = 4_000;

vi.mock('../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<object>()),
  REQUEST_TIMEOUT_MS: 800,
  EXEC_HANDSHAKE_MS: 800,
  EXEC_PING_MS: 200,
  EXEC_SILENCE_MS: 800,
  WATCH_LIFE_MS: 800,
  WATCH_BACKOFF_MS: 20,
  MAX_WATCH_BACKOFF_MS: 100,
  PAGE_SIZE: 2,
}));

const { signal } = new AbortController();

let tried = 0;
let differences = 0;

/** A difference is counted before it fails the test. */
async function counted(check: () => Promise<void> | void): Promise<void> {
  try {
    await check();
  } catch (error) {
    differences += 1;
    throw error;
  }
}

function expectGiven(kind: CallKind, outcome: unknown): void {
  expect(outcome).toEqual(kind.gives);
}

function expectFailed(expected: Expected, outcome: unknown, url: string): void {
  expect(outcome).toBeInstanceOf(DrctlError);
  expect(outcome).toMatchObject({ code: expected.code, retryable: expected.retryable });
  expect((outcome as DrctlError).message).toContain(url);
}

/** Once the fault is gone; what was created although nobody heard of it is there. */
function expectSecond(kind: CallKind, { isDone }: Expected, outcome: unknown): void {
  if (isDone !== true || kind.name !== 'create') return expectGiven(kind, outcome);
  expect(outcome).toMatchObject({ code: 'CLIENT_CONFLICT' });
}

const worlds = [
  { title: 'the embedded server', start: startEmbedded, skip: false },
  {
    title: 'a real server (skipped where its programs are absent)',
    start: startReal,
    skip: areMissing,
  },
];

describe.each(worlds)('one call through faults, on $title', ({ start, skip, title }) => {
  const isEmbedded = start === startEmbedded;
  describe.skipIf(skip)('every kind of call', () => {
    let server: Server;
    let proxy: FaultProxy;
    let kube: KubeTarget;
    let direct: KubeTarget;
    let made = 0;

    beforeAll(async () => {
      server = await start();
      proxy = await startFaultProxy(server.upstream);
      await server.prepare();
    }, START_LIMIT_MS);
    beforeAll(async () => {
      kube = await connect(proxy.kubeconfig(server.kubeconfig));
      const aside = await startFaultProxy(server.upstream);
      direct = await connect(aside.kubeconfig(server.kubeconfig));
      closing.push(() => aside.close());
    });
    const closing: (() => Promise<void>)[] = [];
    afterEach(() => proxy.heal());
    afterAll(async () => {
      kube.close();
      direct.close();
      await proxy.close();
      for (const close of closing) await close();
      await server.close();
      tally({
        suite: `one Kubernetes call through each fault, ${title}`,
        faults: tried,
        violations: 0,
        differences,
      });
    });

    for (const kind of callKinds) {
      const suited = faults.filter(
        (expected) => (expected.suits?.(kind) ?? true) && (isEmbedded || reachesServer(expected)),
      );
      it.each(suited)(`${kind.name}: $title`, async (expected) => {
        const name = `c-${(made += 1)}`;
        await kind.prepare(direct.client, name);
        // Discovery is not what is looked at.
        await kube.reader.resources(signal);
        tried += 1;
        await counted(async () => {
          const rule = proxy.add({ matches: kind.isIt, times: 1, fault: expected.fault });
          const before = proxy.seen.length;
          const began = performance.now();
          const outcome = await kind
            .make(kube.client, name, signal)
            .catch((error: unknown) => error);
          const tookMs = performance.now() - began;
          expect(rule.applied()).toBe(1);
          expect(tookMs).toBeLessThan(PROMPT_MS);
          const asked = proxy.seen.slice(before).filter((call) => kind.isIt(call)).length;
          if (expected.survives?.(kind) === true) return expectGiven(kind, outcome);
          expectFailed(expected, outcome, proxy.url);
          // What writes is never sent a second time without the engine's knowledge.
          expect(kind.writes ? asked : 1).toBe(1);
          proxy.heal();
          const again = await kind.make(kube.client, name, signal).catch((error: unknown) => error);
          expectSecond(kind, expected, again);
        });
      });
    }

    it.each(callKinds.filter(notExec))(
      '$name: a server that stays busy is waited for a few times, then the engine decides',
      async (kind) => {
        const name = `c-${(made += 1)}`;
        await kind.prepare(direct.client, name);
        tried += 1;
        proxy.add({
          matches: kind.isIt,
          fault: { kind: 'answer', status: 429, headers: { 'retry-after': '0.05' } },
        });
        await expect(kind.make(kube.client, name, signal)).rejects.toMatchObject({
          code: 'CLIENT_THROTTLED',
          retryable: true,
        });
      },
    );

    it.each(callKinds)('$name: an interrupt ends it at once, whatever hangs', async (kind) => {
      const name = `c-${(made += 1)}`;
      await kind.prepare(direct.client, name);
      await kube.reader.resources(signal);
      for (const after of ['nothing', 'headers'] as const) {
        tried += 1;
        proxy.add({ matches: kind.isIt, fault: { kind: 'hang', after } });
        const stop = new AbortController();
        const call = kind.make(kube.client, name, stop.signal).catch((error: unknown) => error);
        await expect.poll(() => proxy.seen.at(-1)?.fault?.kind).toBe('hang');
        const reason = new DrctlError('INTERRUPTED', 'a person');
        const began = performance.now();
        stop.abort(reason);
        expect(await call).toBe(reason);
        expect(performance.now() - began).toBeLessThan(BOUND_MS / 3);
        proxy.heal();
      }
    });

    it('a list whose later pages meet 410 is begun anew and gives every object once', async () => {
      const list = callKinds.find(({ name }) => name === 'list in pages');
      const name = `c-${(made += 1)}`;
      await list?.prepare(direct.client, name);
      tried += 1;
      proxy.add({
        matches: (call) => list?.isIt(call) === true && call.query.has('continue'),
        times: 2,
        fault: status(410, 'Expired'),
      });
      expect(await list?.make(kube.client, name, signal)).toEqual(list?.gives);
    });

    it('a list whose position expires every time ends with an error that may be tried again', async () => {
      const list = callKinds.find(({ name }) => name === 'list in pages');
      const name = `c-${(made += 1)}`;
      await list?.prepare(direct.client, name);
      tried += 1;
      proxy.add({ matches: (call) => call.query.has('continue'), fault: status(410, 'Expired') });
      await expect(list?.make(kube.client, name, signal)).rejects.toMatchObject({
        code: 'CLIENT_EXPIRED',
        retryable: true,
      });
    });

    it('a watch that is cut again and again ends with an error that may be tried again', async () => {
      const watch = callKinds.find(isWatch);
      tried += 1;
      proxy.add({
        matches: (call) => watch?.isIt(call) === true,
        fault: { kind: 'cut-answer', bytes: 0 },
      });
      const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };
      const follow = async (): Promise<void> => {
        for await (const event of kube.client.watch(query, signal)) void event;
      };
      await expect(follow()).rejects.toMatchObject({ code: 'CLIENT_UNREACHABLE', retryable: true });
    });

    it('a command on a server that answers nothing after the handshake ends with its own time', async () => {
      tried += 1;
      proxy.add({ matches: (call) => call.isUpgrade, fault: { kind: 'hang', after: 'headers' } });
      const run = callKinds.find(isExec);
      await expect(run?.make(kube.client, '', signal)).rejects.toMatchObject({
        name: 'TimeoutError',
      });
    });
  });
});
