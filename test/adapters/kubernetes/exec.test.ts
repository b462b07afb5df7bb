// Commands in containers: binary output, exit codes, and streams that are cut.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type * as Settings from '../../../src/adapters/kubernetes/settings.ts';
import { scriptedServer } from './scripted-server.ts';
import type { ScriptedServer } from './scripted-server.ts';

vi.mock('../../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<typeof Settings>()),
  EXEC_PING_MS: 20,
}));

const open: (ScriptedServer | KubeTarget)[] = [];
const { signal } = new AbortController();
const request = {
  namespace: 'ns',
  pod: 'etcd-0',
  container: 'etcd',
  command: ['cat', '/a b'],
  signal,
};

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function client(
  behave: (socket: WebSocket, url: URL) => void,
  protocol = 'v5.channel.k8s.io',
): Promise<KubeTarget['client']> {
  const server = await scriptedServer(() => undefined);
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  server.http.on('upgrade', (asked, socket, head) => {
    sockets.handleUpgrade(asked, socket, head, (one) =>
      behave(one, new URL(asked.url ?? '/', 'http://x')),
    );
  });
  const kube = createKubeTarget({ kubeconfig: server.kubeconfig });
  open.push(kube, server);
  return kube.client;
}

function frame(channel: number, content: Uint8Array | object): Buffer {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
  return Buffer.concat([Buffer.from([channel]), bytes]);
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const success = { status: 'Success' };

describe('exec', () => {
  it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])(
    'streams binary output unchanged over %s and gives the exit code',
    async (protocol) => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      const kube = await client((socket) => {
        socket.send(frame(1, bytes));
        socket.send(frame(2, Buffer.from('note')));
        socket.send(frame(1, bytes));
        socket.send(frame(3, success));
      }, protocol);
      const session = await kube.exec(request);
      expect(await drain(session.stdout)).toEqual(Buffer.concat([bytes, bytes]));
      expect(await session.exit).toEqual({ code: 0, stderr: 'note' });
    },
  );

  it('passes the command word by word, so that no shell can split it', async () => {
    let seen: string[] = [];
    const kube = await client((socket, url) => {
      seen = [url.pathname, ...url.searchParams.getAll('command')];
      socket.send(frame(3, success));
    });
    await (
      await kube.exec(request)
    ).exit;
    expect(seen).toEqual(['/api/v1/namespaces/ns/pods/etcd-0/exec', 'cat', '/a b']);
  });

  it('tells a failing command apart from a failing connection', async () => {
    const kube = await client((socket) => {
      socket.send(
        frame(3, {
          status: 'Failure',
          reason: 'NonZeroExitCode',
          details: { causes: [{ reason: 'ExitCode', message: '42' }] },
        }),
      );
    });
    const session = await kube.exec(request);
    expect(await session.exit).toMatchObject({ code: 42 });
  });

  it('never takes a cut stream for a whole one', async () => {
    const kube = await client((socket) => {
      socket.send(frame(1, Buffer.from('half')));
      socket.close();
    });
    const session = await kube.exec(request);
    await expect(drain(session.stdout)).rejects.toMatchObject({ code: 'CLIENT_UNREACHABLE' });
    await expect(session.exit).rejects.toMatchObject({ retryable: true });
  });

  it('holds the sender back while nobody reads', async () => {
    const chunk = Buffer.alloc(256 * 1024, 1);
    const total = 200;
    let sent: WebSocket | undefined;
    const kube = await client((socket) => {
      sent = socket;
      for (let index = 0; index < total; index += 1) socket.send(frame(1, chunk));
      socket.send(frame(3, success));
    });
    const session = await kube.exec(request);
    const reader = session.stdout[Symbol.asyncIterator]();
    const first = await reader.next();
    // Far more than the bound is still at the sender, although it sent everything.
    expect(sent?.bufferedAmount).toBeGreaterThan((total / 2) * chunk.length);
    let size = (first.value as Uint8Array).length;
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
      size += next.value.length;
    }
    expect(size).toBe(total * chunk.length);
  });

  it('keeps the connection of a command that prints nothing alive', async () => {
    const kube = await client((socket) => {
      let pings = 0;
      socket.on('ping', () => {
        pings += 1;
        if (pings === 3) socket.send(frame(3, success));
      });
    });
    const session = await kube.exec(request);
    expect(await session.exit).toEqual({ code: 0, stderr: '' });
  });

  it('tells what the server answers instead of running it, and ends when it is aborted', async () => {
    const server = await scriptedServer(() => undefined);
    server.http.on('upgrade', (_asked, socket) => {
      const body = JSON.stringify({ kind: 'Status', code: 429, message: 'slow down' });
      const head = `HTTP/1.1 429 Too Many Requests\r\nRetry-After: 9\r\nContent-Length: ${body.length}`;
      socket.end(`${head}\r\n\r\n${body}`);
    });
    const kube = createKubeTarget({ kubeconfig: server.kubeconfig });
    open.push(kube, server);
    await expect(kube.client.exec(request)).rejects.toMatchObject({
      code: 'CLIENT_THROTTLED',
      retryAfterMs: 9_000,
      message: expect.stringContaining('slow down') as string,
    });

    const silent = await client(() => undefined);
    const controller = new AbortController();
    const session = await silent.exec({ ...request, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(session.exit).rejects.toThrow('enough');
  });
});
