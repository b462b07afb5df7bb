/*
 * exec as clients use it: the WebSocket subprotocols themselves, and @kubernetes/client-node on top.
 */
import { createHash } from 'node:crypto';
import { PassThrough, Writable } from 'node:stream';
import { Exec, KubeConfig, type V1Status } from '@kubernetes/client-node';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  NoSuchContainerError,
  type ExecHandler,
  type KubeServer,
} from '../../../src/lab/kube/index.ts';
import { rest, type Connection } from './rest.ts';
import { adminToken, startServer } from './start-server.ts';

const mebibyte = 1024 * 1024;
/** How far the handler may be ahead of a client that does not read: socket buffers, not the whole output. */
const aheadLimit = 64;
let sent = 0;

const commands: Readonly<Record<string, ExecHandler>> = {
  echo: async (request, { stdout }) => {
    await stdout(Buffer.from(request.command.slice(1).join(' ')));
    return 0;
  },
  fail: async (_request, { stderr }) => {
    await stderr(Buffer.from('no'));
    return 3;
  },
  cat: async (_request, { stdin, stdout }) => {
    for await (const chunk of stdin) await stdout(chunk);
    return 0;
  },
  pour: async (_request, { stdout }) => {
    const chunk = Buffer.alloc(mebibyte, 7);
    for (sent = 0; sent < 1024; sent += 1) await stdout(chunk);
    return 0;
  },
};

const run: ExecHandler = async (request, streams) => {
  if (request.command[0] === 'nowhere') throw new NoSuchContainerError('c', request.pod);
  const command = commands[request.command[0] ?? ''];
  if (command === undefined) throw new Error(`no command ${request.command.join(' ')}`);
  return command(request, streams);
};

let server: KubeServer;
let connection: Connection;

beforeAll(async () => {
  ({ server, connection } = await startServer({ exec: run }));
  const kube = rest(connection);
  await kube.call('POST', '/api/v1/namespaces/default/pods', {
    body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  });
  kube.close();
});
afterAll(async () => server.close());

function open(query: string, protocol: string, pod = 'p'): WebSocket {
  const path = `/api/v1/namespaces/default/pods/${pod}/exec?stdout=true&stderr=true&${query}`;
  return new WebSocket(connection.baseUrl.replace('https', 'wss') + path, [protocol], {
    ca: connection.ca,
    headers: { authorization: `Bearer ${connection.token}` },
  });
}

/** Everything received, by channel. */
async function collect(socket: WebSocket): Promise<ReadonlyMap<number, string>> {
  const channels = new Map<number, string>();
  socket.on('message', (data: Buffer) => {
    const [channel = 0] = data;
    channels.set(channel, (channels.get(channel) ?? '') + data.subarray(1).toString());
  });
  await new Promise((resolve, reject) => socket.once('close', resolve).once('error', reject));
  return channels;
}

async function refusal(socket: WebSocket): Promise<number | undefined> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
  });
}

describe('exec', () => {
  it.each(['v4.channel.k8s.io', 'v5.channel.k8s.io'])('speaks %s', async (protocol) => {
    const socket = open('command=echo&command=a&command=b', protocol);
    const channels = await collect(socket);
    expect(socket.protocol).toBe(protocol);
    expect(channels.get(1)).toBe('a b');
    expect(JSON.parse(channels.get(3) ?? '')).toEqual({ metadata: {}, status: 'Success' });
  });

  it('tells a non-zero exit code on the error channel', async () => {
    const channels = await collect(open('command=fail', 'v4.channel.k8s.io'));
    expect(channels.get(2)).toBe('no');
    expect(JSON.parse(channels.get(3) ?? '')).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  it('ends stdin when a v5 client closes the channel', async () => {
    const socket = open('command=cat&stdin=true', 'v5.channel.k8s.io');
    const collected = collect(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send(Buffer.from([0, 104, 105]));
    socket.send(Buffer.from([255, 0]));
    expect((await collected).get(1)).toBe('hi');
  });

  it('refuses a container, a pod or a protocol that is not there before the upgrade', async () => {
    expect(await refusal(open('command=nowhere', 'v4.channel.k8s.io'))).toBe(400);
    expect(await refusal(open('command=echo&container=other', 'v4.channel.k8s.io'))).toBe(400);
    expect(await refusal(open('command=echo', 'v4.channel.k8s.io', 'none'))).toBe(404);
    expect(await refusal(open('command=echo', 'v3.channel.k8s.io'))).toBe(400);
  });

  it('does not run ahead of a client that stops reading', async () => {
    const socket = open('command=pour', 'v5.channel.k8s.io');
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.pause();
    let before = -1;
    while (before !== sent) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    socket.terminate();
    expect(sent).toBeLessThan(aheadLimit);
  });

  it('carries bytes through client-node unchanged, both ways', async () => {
    const config = new KubeConfig();
    config.loadFromString(server.kubeconfig({ token: adminToken }));
    const input = Buffer.from(Array.from({ length: 3 * mebibyte }, (_, i) => (i * 7) % 256));
    const stdin = new PassThrough();
    const hash = createHash('sha256');
    let received = 0;
    const status = new Promise<V1Status>((resolve) => {
      const out = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          hash.update(chunk);
          received += chunk.length;
          done();
          if (received === input.length) stdin.end();
        },
      });
      void new Exec(config).exec('default', 'p', 'c', ['cat'], out, null, stdin, false, resolve);
    });
    stdin.write(input);
    expect((await status).status).toBe('Success');
    expect(hash.digest('hex')).toBe(createHash('sha256').update(input).digest('hex'));
  });
});
