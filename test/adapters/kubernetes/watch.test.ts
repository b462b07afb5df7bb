// A watch goes on over cut connections and forgotten positions.

import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import { configMap, reply, scriptedServer } from './scripted-server.ts';
import type { Asked, ScriptedServer } from './scripted-server.ts';

const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };
const open: (ScriptedServer | KubeTarget)[] = [];

afterEach(async () => {
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
});
