// How many connections a server sees, counted at the server, while far more calls are wanted than it gets at once.

import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { CONCURRENCY } from '../../../src/adapters/kubernetes/settings.ts';
import { configMap, reply, scriptedServer } from './scripted-server.ts';
import type { Answerer, ScriptedServer } from './scripted-server.ts';

const { signal } = new AbortController();
const cleanUps: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(answer: Answerer) {
  const server = await scriptedServer(answer);
  const target = createKubeTarget({ kubeconfig: server.kubeconfig });
  cleanUps.push(
    () => target.close(),
    () => server.close(),
  );
  return { server, target, most: mostOpen(server) };
}

/** The most sockets that were open at the same time. */
function mostOpen({ http }: ScriptedServer): () => number {
  const open = new Set<Socket>();
  let most = 0;
  http.on('connection', (socket: Socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    socket.once('close', () => open.delete(socket));
  });
  return () => most;
}

const one = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name });

describe('connections to a server', () => {
  it('are never more than calls at once, however many calls are wanted, and however large the answers', async () => {
    let under = 0;
    let mostUnder = 0;
    const { target, server, most } = await start((asked, response) => {
      under += 1;
      mostUnder = Math.max(mostUnder, under);
      setTimeout(() => {
        under -= 1;
        const large = { data: { large: 'x'.repeat(asked.path.endsWith('7') ? 300_000 : 10) } };
        reply(response, 200, { ...configMap('a', '1'), ...large });
      }, 2);
    });
    const names = Array.from({ length: 600 }, (_, index) => `cm-${index}`);
    await Promise.all(names.map(async (name) => target.reader.get(one(name), signal)));
    expect(server.asked).toHaveLength(600);
    expect(mostUnder).toBeLessThanOrEqual(CONCURRENCY.most);
    expect(most()).toBeLessThanOrEqual(CONCURRENCY.most);
    expect(server.connections()).toBeLessThanOrEqual(CONCURRENCY.most);
  });

  it('are as few as the first calls at once where the caller asks for no more than those', async () => {
    const { target, server } = await start((_, response) =>
      reply(response, 200, configMap('a', '1')),
    );
    const worker = async (): Promise<void> => {
      for (let each = 0; each < 50; each += 1) await target.reader.get(one(`cm-${each}`), signal);
    };
    await Promise.all(Array.from({ length: 4 }, worker));
    expect(server.connections()).toBeLessThanOrEqual(4);
  });

  it('carry half as many calls once the server has said that it is busy, whose wish to wait is followed', async () => {
    let refusals = CONCURRENCY.first;
    let under = 0;
    let most = 0;
    const { target, server } = await start((_, response) => {
      if (refusals > 0) {
        refusals -= 1;
        response.writeHead(429, { 'Retry-After': '0.05', 'Content-Type': 'application/json' });
        response.end('{}');
        return;
      }
      under += 1;
      most = Math.max(most, under);
      setTimeout(() => {
        under -= 1;
        reply(response, 200, configMap('a', '1'));
      }, 5);
    });
    const names = Array.from({ length: CONCURRENCY.first }, (_, index) => `cm-${index}`);
    const ask = async () =>
      Promise.all(names.map(async (name) => target.reader.get(one(name), signal)));
    expect(await ask()).not.toContain(undefined);
    expect(server.asked).toHaveLength(2 * CONCURRENCY.first);
    most = 0;
    expect(await ask()).not.toContain(undefined);
    expect(most).toBeLessThan(CONCURRENCY.first);
  });

  it('are given up by a caller that is interrupted while it waits for its turn', async () => {
    const { target } = await start(() => undefined);
    const controller = new AbortController();
    const names = Array.from({ length: 60 }, (_, index) => `cm-${index}`);
    const calls = names.map(async (name) => target.reader.get(one(name), controller.signal));
    controller.abort(new Error('interrupted'));
    const ends = await Promise.allSettled(calls);
    expect(ends.every((end) => end.status === 'rejected')).toBe(true);
  });
});
