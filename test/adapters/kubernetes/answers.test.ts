// What is made of answers beside their content: how long to wait, compression, warnings, size, and text that is not JSON.

import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Type } from 'typebox';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type { KubeTarget } from '../../../src/adapters/kubernetes/create-kube-target.ts';
import type * as Settings from '../../../src/adapters/kubernetes/settings.ts';
import { defineAction } from '../../../src/engine/index.ts';
import { Harness } from '../../engine/running/support/harness.ts';
import type { ToyPorts } from '../../engine/running/support/toy-world.ts';
import { configMap, reply, scriptedServer } from './scripted-server.ts';
import type { Answerer, ScriptedServer } from './scripted-server.ts';

const limit = vi.hoisted(() => ({ ms: 60_000 }));
vi.mock('../../../src/adapters/kubernetes/settings.ts', async (original) => ({
  ...(await original<typeof Settings>()),
  get REQUEST_TIMEOUT_MS() {
    return limit.ms;
  },
}));

const { signal } = new AbortController();
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name: 'a' };
const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns' };
const open: (ScriptedServer | KubeTarget)[] = [];

afterEach(async () => {
  limit.ms = 60_000;
  for (const one of open.splice(0)) await one.close();
});

async function target(
  answer: Answerer,
): Promise<{ kube: KubeTarget; server: ScriptedServer; notices: string[] }> {
  const server = await scriptedServer(answer);
  const notices: string[] = [];
  const kube = createKubeTarget(
    { kubeconfig: server.kubeconfig },
    { notice: (message) => notices.push(message) },
  );
  open.push(kube, server);
  return { kube, server, notices };
}

describe('a server that asks to wait', () => {
  it.each([
    [429, '7', 7_000],
    [503, '1', 1_000],
    [429, 'never', undefined],
    [503, 'Thu, 01 Jan 1970 00:00:00 GMT', undefined],
  ])('by %i with Retry-After: %s is told as %s', async (code, after, expected) => {
    const { kube } = await target((_asked, response) => {
      response.setHeader('Retry-After', after);
      reply(response, code, { kind: 'Status', code });
    });
    await expect(kube.reader.get(ref, signal)).rejects.toMatchObject({
      retryable: true,
      retryAfterMs: expected,
    });
  });

  it('until a date is told as the time until then', async () => {
    const { kube } = await target((_asked, response) => {
      response.setHeader('Retry-After', new Date(Date.now() + 120_000).toUTCString());
      reply(response, 503, { kind: 'Status', code: 503 });
    });
    const error: unknown = await kube.reader.get(ref, signal).catch((one: unknown) => one);
    const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
    // A date has whole seconds, and some time passes on the way.
    expect(retryAfterMs).toBeGreaterThan(60_000);
    expect(retryAfterMs).toBeLessThanOrEqual(120_000);
  });

  it.each([
    ['30', 30_000],
    ['86400', 300_000],
  ])(
    'for %s s is left alone by a run for that long, within reason, and then asked again',
    async (after, waited) => {
      let isTired = true;
      const { kube, server } = await target((_asked, response) => {
        if (!isTired) return reply(response, 200, configMap('a', '2'));
        isTired = false;
        response.setHeader('Retry-After', after);
        reply(response, 429, { kind: 'Status', code: 429, message: 'too many requests' });
      });
      const params = Type.Object({});
      const patch = defineAction<ToyPorts, typeof params, typeof params>({
        name: 'toy.patch',
        version: 1,
        permissions: () => ({ carryOut: [] }),
        effect: 'change',
        summary: 'Patches an object of a real client',
        examples: [],
        params,
        outputs: params,
        plan: async () => ({
          changes: [
            { kind: 'run', on: { target: 'toy', object: 'a' }, summary: 'x', risk: 'safe' },
          ],
        }),
        apply: async (_params, ctx) => {
          await kube.client.patch(ref, { type: 'merge', patch: {}, signal: ctx.signal });
          return {};
        },
        probe: async () => ({ found: 'not-done' }),
        undo: { possible: false, because: 'it is only a test' },
      });
      const step = { id: 'patch', action: 'toy.patch', with: {}, timeoutMs: 3_600_000 };
      const harness = new Harness({ phases: [{ id: 'one', steps: [step] }] }, { actions: [patch] });
      const slept: number[] = [];
      Object.assign(harness.system, {
        sleep: async (ms: number, until: AbortSignal) => {
          if (ms <= 300_000) slept.push(ms);
          // The step's own time limit, which sleeps beside it.
          else await new Promise((resolve) => until.addEventListener('abort', resolve));
        },
      });
      expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
      expect(slept).toEqual([waited]);
      expect(server.asked).toHaveLength(2);
    },
  );

  it('for a moment is asked again soon, whatever was asked, and people are told once', async () => {
    const { kube, server, notices } = await target((_asked, response) => {
      if (server.asked.length % 3 === 0) return reply(response, 200, configMap('a', '2'));
      response.setHeader('Retry-After', '0.01');
      reply(response, 429, { kind: 'Status', code: 429, message: 'too many requests' });
    });
    await kube.reader.get(ref, signal);
    await kube.client.patch(ref, { type: 'merge', patch: {}, signal });
    expect(server.asked.map((one) => one.method).join(' ')).toBe('GET GET GET PATCH PATCH PATCH');
    expect(notices).toEqual([`${server.url} is busy and asks to wait; calls take longer`]);
  });

  it('again and again is not asked for ever', async () => {
    const { kube, server } = await target((_asked, response) => {
      response.setHeader('Retry-After', '0.001');
      reply(response, 429, { kind: 'Status', code: 429 });
    });
    await expect(kube.reader.get(ref, signal)).rejects.toMatchObject({
      code: 'CLIENT_THROTTLED',
      retryAfterMs: 1,
    });
    expect(server.asked).toHaveLength(6);
  });

  it('keeps no call waiting that is aborted meanwhile', async () => {
    const controller = new AbortController();
    const { kube } = await target((_asked, response) => {
      response.setHeader('Retry-After', '5');
      response.once('finish', () => setImmediate(() => controller.abort(new Error('enough'))));
      reply(response, 429, { kind: 'Status', code: 429 });
    });
    await expect(kube.reader.get(ref, controller.signal)).rejects.toThrow('enough');
  });
});

describe('an answer', () => {
  it('may be compressed, which is asked for except where it is read as it comes', async () => {
    const { kube, server } = await target((asked, response) => {
      if (asked.query.get('watch') !== null) {
        response.write(`${JSON.stringify({ type: 'ADDED', object: configMap('b', '2') })}\n`);
        return;
      }
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      const list = { metadata: { resourceVersion: '1' }, items: [configMap('a', '1')] };
      response.end(gzipSync(JSON.stringify(list)));
    });
    const names: string[] = [];
    for await (const event of kube.reader.watch(query, signal)) {
      if (event.type === 'synced') continue;
      if (names.push(event.object.metadata.name) === 2) break;
    }
    expect(names).toEqual(['a', 'b']);
    const encodings = server.asked.map((one) => one.headers['accept-encoding']);
    expect(encodings).toEqual(['gzip', 'identity']);
  });

  it.each(['plain', 'é', 'a𝄞'])(
    'keeps every character of "%s", compressed or not',
    async (text) => {
      const data = { value: text.repeat(200_000) };
      let compressed = false;
      const { kube } = await target((_asked, response) => {
        const content = JSON.stringify({ ...configMap('a', '1'), data });
        if (compressed) response.writeHead(200, { 'Content-Encoding': 'gzip' });
        response.end(compressed ? gzipSync(content) : content);
        compressed = true;
      });
      for (const _ of ['plain', 'compressed']) {
        expect((await kube.reader.get(ref, signal))?.['data']).toEqual(data);
      }
    },
  );

  it('that is compressed and cut off is a broken connection, not half an answer', async () => {
    const { kube } = await target((_asked, response) => {
      const whole = gzipSync(JSON.stringify(configMap('a', '1')));
      response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': whole.length });
      response.write(whole.subarray(0, 20), () => response.destroy());
    });
    await expect(kube.reader.get(ref, signal)).rejects.toMatchObject({
      code: 'CLIENT_UNREACHABLE',
      retryable: true,
    });
  });

  it.each([
    ['does not begin', () => undefined],
    ['does not end', (response: ServerResponse) => void response.write('{')],
    [
      'is compressed and does not end',
      (response: ServerResponse) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' });
        response.write(gzipSync('{}').subarray(0, 8));
      },
    ],
  ])('that %s is not waited for without end', async (_how, begin) => {
    const { kube } = await target((_asked, response) => begin(response));
    await kube.reader.resource(ref, signal);
    limit.ms = 100;
    await expect(kube.reader.get(ref, signal)).rejects.toMatchObject({
      code: 'CLIENT_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('no answer within 0.1s') as string,
    });
  });

  it('that warns is told to people, each text once, without control characters', async () => {
    const { kube, server, notices } = await target((_asked, response) => {
      response.setHeader('Warning', [
        '299 - "cluster.x-k8s.io/v1beta1 Cluster is deprecated; use \\"v1beta2\\""',
        '299 kube "a, second\u009b one"',
        '110 - "not from an API server"',
      ]);
      reply(response, 200, configMap('a', '1'));
    });
    for (let call = 0; call < 3; call += 1) await kube.reader.get(ref, signal);
    expect(notices).toEqual([
      `${server.url} warns: cluster.x-k8s.io/v1beta1 Cluster is deprecated; use "v1beta2"`,
      `${server.url} warns: a, second  one`,
    ]);
  });

  it('that is not JSON is told without quoting it', async () => {
    const { kube } = await target((_asked, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('hunter2 <html>');
    });
    const error: unknown = await kube.reader.get(ref, signal).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'CLIENT_UNREACHABLE', retryable: true });
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('hunter2');
  });

  it('of thousands of objects is fetched page by page, each when the one before is used up', async () => {
    const pages = 10;
    const { kube, server } = await target((asked, response) => {
      const page = Number(asked.query.get('continue') ?? '0');
      const items = Array.from({ length: 500 }, (_, index) => configMap(`${page}-${index}`, '1'));
      const next = page + 1 < pages ? { continue: String(page + 1) } : {};
      reply(response, 200, { metadata: { resourceVersion: '1', ...next }, items });
    });
    let count = 0;
    const fetched: number[] = [];
    for await (const one of kube.reader.list(query, signal)) {
      if (one.metadata.name.endsWith('-499')) fetched.push(server.asked.length);
      count += 1;
    }
    expect(count).toBe(5_000);
    expect(fetched).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(server.connections()).toBe(1);
  });
});
