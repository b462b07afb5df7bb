// A watch goes on over cut connections and forgotten positions.

import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type * as Settings from '../../../src/adapters/kubernetes/settings.ts';
import { configMap, reply, scriptedServer } from './scripted-server.ts';
import type { Asked, ScriptedServer } from './scripted-server.ts';

const idle = vi.hoisted(() => ({ ms: 150_000 }));
vi.mock('../../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<typeof Settings>()),
  get WATCH_LIFE_MS() {
    return idle.ms;
  },
  WATCH_BACKOFF_MS: 2,
  MAX_WATCH_RETRY_AFTER_MS: 5,
}));

const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };
const open: (ScriptedServer | KubeTarget)[] = [];

afterEach(async () => {
  idle.ms = 150_000;
  for (const one of open.splice(0)) await one.close();
});

type Watching = (asked: Asked, response: ServerResponse, count: number) => void;

/** What a watch gives until it has given `wanted` events, and the positions it was asked from. */
async function watched(
  lists: readonly (readonly string[])[],
  watching: Watching,
  wanted: number,
): Promise<{ events: string[]; positions: (string | null)[] }> {
  let listed = 0;
  let count = 0;
  const server = await scriptedServer((asked, response) => {
    if (asked.query.get('watch') === null) {
      const names = lists[Math.min(listed, lists.length - 1)] ?? [];
      listed += 1;
      return reply(response, 200, {
        metadata: { resourceVersion: String(listed * 100) },
        items: names.map((name) => configMap(name, '1')),
      });
    }
    count += 1;
    watching(asked, response, count);
  });
  const kube = createKubeTarget({ kubeconfig: server.kubeconfig });
  open.push(kube, server);
  const events: string[] = [];
  for await (const event of kube.reader.watch(query, new AbortController().signal)) {
    const name = event.type === 'synced' ? '' : ` ${event.object.metadata.name}`;
    if (events.push(event.type + name) === wanted) break;
  }
  const watches = server.asked.filter((one) => one.query.get('watch') !== null);
  return { events, positions: watches.map((one) => one.query.get('resourceVersion')) };
}

function send(response: ServerResponse, type: string, object: object): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

describe('a watch', () => {
  it('begins with the present objects and then follows', async () => {
    const { events, positions } = await watched(
      [['a']],
      (_asked, response) => send(response, 'ADDED', configMap('b', '101')),
      3,
    );
    expect(events).toEqual(['added a', 'synced', 'added b']);
    expect(positions).toEqual(['100']);
  });

  it('goes on from the last bookmark after the connection is cut', async () => {
    const { events, positions } = await watched(
      [[]],
      (_asked, response, count) => {
        if (count > 1) return send(response, 'ADDED', configMap('b', '151'));
        send(response, 'BOOKMARK', { metadata: { resourceVersion: '150' } });
        setImmediate(() => response.destroy());
      },
      2,
    );
    expect(events).toEqual(['synced', 'added b']);
    expect(positions).toEqual(['100', '150']);
  });

  it('lists again when its position is forgotten, and says what went away meanwhile', async () => {
    const { events, positions } = await watched(
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
      (_asked, response, count) => {
        if (count > 1) return send(response, 'MODIFIED', configMap('c', '201'));
        send(response, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
        response.end();
      },
      8,
    );
    expect(events.slice(0, 3)).toEqual(['added a', 'added b', 'synced']);
    expect(events.slice(3)).toEqual(['added b', 'added c', 'deleted a', 'synced', 'modified c']);
    expect(positions).toEqual(['100', '200']);
  });

  it('lists again when the server answers 410 to its position at once', async () => {
    const { events, positions } = await watched(
      [['a'], ['a']],
      (_asked, response, count) => {
        if (count > 1) return send(response, 'DELETED', configMap('a', '201'));
        reply(response, 410, { kind: 'Status', code: 410, reason: 'Expired' });
      },
      5,
    );
    expect(events).toEqual(['added a', 'synced', 'added a', 'synced', 'deleted a']);
    expect(positions).toEqual(['100', '200']);
  });

  it('gives an event whose line was cut in two once, when it has come as a whole', async () => {
    const { events, positions } = await watched(
      [[]],
      (_asked, response, count) => {
        const line = `${JSON.stringify({ type: 'ADDED', object: configMap('b', '102') })}\n`;
        if (count === 1) {
          send(response, 'ADDED', configMap('a', '101'));
          response.write(line.slice(0, 40), () => response.destroy());
        } else {
          response.write(line.slice(0, 40));
          setImmediate(() => response.write(line.slice(40)));
        }
      },
      3,
    );
    expect(events).toEqual(['synced', 'added a', 'added b']);
    expect(positions).toEqual(['100', '101']);
  });

  it('goes on where it was when the server ends it, as servers do after a while', async () => {
    const { events, positions } = await watched(
      [[]],
      (_asked, response, count) => {
        send(response, 'ADDED', configMap(`n${count}`, String(100 + count)));
        response.end();
      },
      13,
    );
    expect(events).toHaveLength(13);
    expect(new Set(events).size).toBe(13);
    expect(positions.slice(0, 3)).toEqual(['100', '101', '102']);
  });

  it.each([
    ['ends it at once', (response: ServerResponse) => response.end(), 'ended the watch at once'],
    ['cuts it at once', (response: ServerResponse) => response.destroy(), 'Cannot watch'],
    [
      'sends something else',
      (response: ServerResponse) => response.end('hunter2\n'),
      'an event is not JSON',
    ],
    [
      'forgets every position',
      (response: ServerResponse) => reply(response, 410, { code: 410, message: 'too old' }),
      'too old',
    ],
    [
      'throttles',
      (response: ServerResponse) => {
        response.setHeader('Retry-After', '3600');
        reply(response, 429, { code: 429, message: 'slow down' });
      },
      'slow down',
    ],
    [
      'says that the position is in its future',
      (response: ServerResponse) => {
        const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large' }];
        const object = { kind: 'Status', code: 504, reason: 'Timeout', details: { causes } };
        send(response, 'ERROR', object);
        response.end();
      },
      'Too large',
    ],
  ])('does not go on for ever on a server that %s', async (_what, answer, why) => {
    let watches = 0;
    const watching = watched(
      [[]],
      (_asked, response) => {
        watches += 1;
        answer(response);
      },
      1_000,
    );
    await expect(watching).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining(why) as string,
    });
    await expect(watching).rejects.not.toThrow('hunter2');
    // Each is sent once more when the kept-alive connection that it took was cut.
    expect(watches).toBeLessThanOrEqual(2 * 9);
  });

  it('lists again when the server was away for longer: it may come back with an older state', async () => {
    const { events, positions } = await watched(
      [['a'], ['b']],
      (_asked, response, count) => {
        if (count > 3) return send(response, 'ADDED', configMap('c', '201'));
        response.destroy();
      },
      6,
    );
    expect(events).toEqual(['added a', 'synced', 'added b', 'deleted a', 'synced', 'added c']);
    expect(positions.at(-1)).toBe('200');
  });

  it('on a connection that fell silent for longer than the server keeps one is begun on another', async () => {
    idle.ms = 50;
    const { events, positions } = await watched(
      [[]],
      (_asked, response, count) => {
        if (count === 1) response.flushHeaders();
        else send(response, 'ADDED', configMap('a', '101'));
      },
      2,
    );
    expect(events).toEqual(['synced', 'added a']);
    expect(positions).toEqual(['100', '100']);
  });

  it('survives a list that fails when it has to begin anew', async () => {
    let lists = 0;
    const server = await scriptedServer((asked, response) => {
      if (asked.query.get('watch') !== null) {
        if (lists > 2) return send(response, 'ADDED', configMap('b', '301'));
        return reply(response, 410, { kind: 'Status', code: 410 });
      }
      lists += 1;
      if (lists === 2) return reply(response, 503, { kind: 'Status', code: 503 });
      reply(response, 200, { metadata: { resourceVersion: String(lists) }, items: [] });
    });
    const kube = createKubeTarget({ kubeconfig: server.kubeconfig });
    open.push(kube, server);
    const events: string[] = [];
    for await (const event of kube.reader.watch(query, new AbortController().signal)) {
      if (events.push(event.type) === 3) break;
    }
    expect(events).toEqual(['synced', 'synced', 'added']);
  });

  it('that cannot begin says so after the few tries of any read', async () => {
    const server = await scriptedServer((_asked, response) =>
      reply(response, 503, { kind: 'Status', code: 503, message: 'not now' }),
    );
    const kube = createKubeTarget({ kubeconfig: server.kubeconfig });
    open.push(kube, server);
    const watching = kube.reader.watch(query, new AbortController().signal)[Symbol.asyncIterator]();
    await expect(watching.next()).rejects.toMatchObject({ retryable: true });
    expect(server.asked).toHaveLength(3);
  });

  it('ends with the reason of its signal, also while nothing happens', async () => {
    const server = await scriptedServer((asked, response) => {
      if (asked.query.get('watch') !== null) response.flushHeaders();
      else reply(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
    });
    const kube = createKubeTarget({ kubeconfig: server.kubeconfig });
    open.push(kube, server);
    const controller = new AbortController();
    const watching = kube.reader.watch(query, controller.signal)[Symbol.asyncIterator]();
    expect((await watching.next()).value).toEqual({ type: 'synced' });
    const next = watching.next();
    controller.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });
});
