/*
 * exec as clients use it: the WebSocket subprotocols themselves, and @kubernetes/client-node on top. Against the embedded
 * server, and against a real kube-apiserver that hands everything on to the lab's kubelet.
 */
import { createHash } from 'node:crypto';
import { PassThrough, Writable } from 'node:stream';
import { Exec, KubeConfig, type V1Status } from '@kubernetes/client-node';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { renderKubeconfig } from '../../../src/lab/cluster/kubeconfig.ts';
import { NoSuchContainerError, type ExecHandler } from '../../../src/lab/kube/index.ts';
import { rest } from './rest.ts';
import { nodeName, startLimitMs, testServers, type TestServer } from './test-servers.ts';

const mebibyte = 1024 * 1024;
/** How far the handler may be ahead of a client that does not read: socket buffers, not the whole output. */
const aheadLimit = 64;
let sent = 0;
let goneClients = 0;
/** Every value of a byte, in a chunk of no round size. */
const allBytes = Buffer.from(Array.from({ length: 256 * 100 + 7 }, (_, i) => i % 256));
const repeats = 200;

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
  bytes: async (_request, { stdout }) => {
    for (let turn = 0; turn < repeats; turn += 1) await stdout(allBytes);
    return 0;
  },
  wait: async (_request, { stdout, signal }) => {
    await stdout(Buffer.from('here'));
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    goneClients += 1;
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

describe.each(testServers)('exec: %s', (_name, isMissing, start) => {
  let server: TestServer;

  beforeAll(async () => {
    if (isMissing) return;
    server = await start({ exec: run });
    const kube = rest(server.connection);
    const spec = { nodeName, containers: [{ name: 'c', image: 'i' }] };
    const { code } = await kube.call('POST', '/api/v1/namespaces/default/pods', {
      body: { metadata: { name: 'p' }, spec },
    });
    if (code !== 201) throw new Error(`the pod was refused with ${code}`);
    kube.close();
  }, startLimitMs);
  afterAll(async () => {
    if (!isMissing) await server.close();
  });

  function open(query: string, protocol: string, pod = 'p'): WebSocket {
    const { connection } = server;
    const path = `/api/v1/namespaces/default/pods/${pod}/exec?stdout=true&stderr=true&${query}`;
    return new WebSocket(connection.baseUrl.replace('https', 'wss') + path, [protocol], {
      ca: connection.ca,
      headers: { authorization: `Bearer ${connection.token}` },
    });
  }

  describe.skipIf(isMissing)('commands', () => {
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
      expect(await refusal(open('command=echo&container=other', 'v4.channel.k8s.io'))).toBe(400);
      expect(await refusal(open('command=echo', 'v4.channel.k8s.io', 'none'))).toBe(404);
      // Which of the two parties says no to these differs, and with it the code.
      for (const [command, protocol] of [
        ['nowhere', 'v4.channel.k8s.io'],
        ['echo', 'v3.channel.k8s.io'],
      ] as const) {
        const code = await refusal(open(`command=${command}`, protocol));
        expect(code).toBeGreaterThanOrEqual(400);
        expect(code).toBeLessThan(500);
      }
    });

    it('carries every value of a byte, several MiB of them, unchanged', async () => {
      const hash = createHash('sha256');
      const socket = open('command=bytes', 'v4.channel.k8s.io');
      let received = 0;
      socket.on('message', (data: Buffer) => {
        if (data[0] !== 1) return;
        hash.update(data.subarray(1));
        received += data.length - 1;
      });
      await new Promise((resolve, reject) => socket.once('close', resolve).once('error', reject));
      expect(received).toBe(allBytes.length * repeats);
      const expected = createHash('sha256');
      for (let turn = 0; turn < repeats; turn += 1) expected.update(allBytes);
      expect(hash.digest('hex')).toBe(expected.digest('hex'));
    });

    it('tells a command that its client has gone', async () => {
      const socket = open('command=wait', 'v4.channel.k8s.io');
      await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject));
      socket.terminate();
      await vi.waitFor(() => expect(goneClients).toBeGreaterThan(0), { timeout: 10_000 });
      goneClients = 0;
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
      const { baseUrl, ca, token } = server.connection;
      config.loadFromString(renderKubeconfig('test', { server: baseUrl, ca, token }));
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
});
