// One call to S3 or Route53, made while the server or the way to it is ill: the SDK's own tries may save it; otherwise it
// ends in time with an error that says of what kind it is. What is uploaded is whole or absent, never half or twice. On
// the lab's own server and on moto_server, with the adapter's bounds made short.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAwsTarget } from '../../src/adapters/index.ts';
import type { AwsSettings, AwsTarget } from '../../src/adapters/index.ts';
import { DrctlError } from '../../src/engine/index.ts';
import { contentOf, upload } from '../contracts/bucket-client.suite.ts';
import { startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts';
import type { FaultProxy, ProxiedCall } from '../fakes/fault-proxy/fault-proxy.ts';
import { motoProgram } from '../lab/real/moto.ts';
import { tally } from '../support/tally.ts';
import { kinds, large, sha256, small } from './aws-calls.ts';
import type { CallKind } from './aws-calls.ts';
import { faults, reachesServer } from './aws-faults.ts';
import type { Expected } from './aws-faults.ts';
import { startEmbedded, startReal } from './aws-servers.ts';
import type { Server } from './aws-servers.ts';

vi.mock('../../src/adapters/aws/bounds.ts', async (original) => ({
  ...(await original<object>()),
  ANSWER_MS: 800,
  CALL_MS: 3_500,
  IDLE_MS: 2_500,
  TRANSFER_MS: 6_000,
  ABORT_MS: 500,
}));

/** All tries of one call, on a busy machine. */
const PROMPT_MS = 15_000;
const { signal } = new AbortController();

let tried = 0;
let differences = 0;

function expectEnd(expected: Expected, outcome: unknown): void {
  // A call that the server carried out is not undone by the loss of its answer.
  if (!(outcome instanceof Error) && expected.fault.kind === 'reset') return;
  expect(outcome).toBeInstanceOf(DrctlError);
  expect(outcome).toMatchObject({ code: expected.code, retryable: expected.retryable });
  expect((outcome as DrctlError).hint ?? '').toContain(expected.hint ?? '');
}

const worlds = [
  { title: 'the embedded server', start: startEmbedded, skip: false },
  {
    title: 'moto_server (skipped where it is absent)',
    start: startReal,
    skip: motoProgram === undefined,
  },
];

describe.each(worlds)('one call through faults, on $title', ({ start, skip, title }) => {
  const isEmbedded = start === startEmbedded;
  describe.skipIf(skip)('every kind of call', () => {
    let server: Server;
    let proxy: FaultProxy;
    let aws: AwsTarget;
    let made = 0;
    let settings: AwsSettings;

    beforeAll(async () => {
      server = await start();
      proxy = await startFaultProxy(server.upstream);
      const folder = await mkdtemp(path.join(tmpdir(), 'drctl-faults-'));
      const caBundle = path.join(folder, 'ca.crt');
      const credentialsFile = path.join(folder, 'credentials');
      await writeFile(caBundle, proxy.ca);
      await writeFile(credentialsFile, server.credentials);
      const { region } = server;
      settings = { region, endpoint: proxy.url, credentialsFile, caBundle };
      aws = createAwsTarget(settings);
      await upload(aws.bucketClient, { bucket: 'plain', key: 'kept' }, small);
      aws.close();
    });
    beforeEach(() => {
      // The SDK counts its tries over all calls of a client, and stops trying again when there were too many.
      aws = createAwsTarget(settings);
    });
    afterEach(() => {
      proxy.heal();
      aws.close();
    });
    afterAll(async () => {
      await proxy.close();
      await server.close();
      tally({
        suite: `one AWS call through each fault, ${title}`,
        faults: tried,
        violations: 0,
        differences,
      });
    });

    const outcomeOf = async (kind: CallKind, key: string): Promise<unknown> => {
      const began = performance.now();
      const outcome = await kind
        .make(aws, { key, zoneId: server.zoneId, signal })
        .catch((error: unknown) => error);
      expect(performance.now() - began).toBeLessThan(PROMPT_MS);
      return outcome;
    };

    for (const kind of kinds) {
      const suited = faults.filter(
        (expected) => (expected.suits?.(kind) ?? true) && (isEmbedded || reachesServer(expected)),
      );

      it.each(suited)(`${kind.name}: $title, for as long as it is tried`, async (expected) => {
        const key = `k${(made += 1)}`;
        tried += 1;
        differences += 1;
        const rule = proxy.add({ matches: kind.isIt, fault: expected.fault });
        const outcome = await outcomeOf(kind, key);
        expect(rule.applied()).toBeGreaterThan(0);
        expect(rule.applied()).toBeLessThanOrEqual(kind.name === 's3 part of an upload' ? 6 : 3);
        expectEnd(expected, outcome);
        proxy.heal();
        expect(await outcomeOf(kind, key)).toEqual(kind.gives);
        differences -= 1;
      });

      it.each(suited.filter(({ passes }) => passes === true))(
        `${kind.name}: $title, once, is not seen`,
        async (expected) => {
          const key = `k${(made += 1)}`;
          tried += 1;
          differences += 1;
          const rule = proxy.add({ matches: kind.isIt, times: 1, fault: expected.fault });
          expect(await outcomeOf(kind, key)).toEqual(kind.gives);
          expect(rule.applied()).toBe(1);
          differences -= 1;
        },
      );

      it(`${kind.name}: an interrupt ends it at once, whatever hangs`, async () => {
        tried += 1;
        const stop = new AbortController();
        const reason = new DrctlError('INTERRUPTED', 'a person');
        proxy.add({ matches: kind.isIt, fault: { kind: 'hang', after: 'nothing' } });
        const subject = { key: `k${(made += 1)}`, zoneId: server.zoneId, signal: stop.signal };
        const call = kind.make(aws, subject).catch((error: unknown) => error);
        await expect
          .poll(() => proxy.seen.at(-1)?.fault?.kind, { timeout: PROMPT_MS, interval: 5 })
          .toBe('hang');
        const began = performance.now();
        stop.abort(reason);
        expect(await call).toBe(reason);
        expect(performance.now() - began).toBeLessThan(1_000);
      });
    }

    it('an object whose answer has a flipped bit is not taken for whole', async () => {
      const at = { bucket: 'plain', key: `k${(made += 1)}` };
      await upload(aws.bucketClient, at, small);
      tried += 1;
      proxy.add({ matches: ({ path: where }) => where.endsWith(at.key), fault: { kind: 'flip' } });
      const read = await contentOf(aws.bucketReader.read(at, signal)).catch(
        (error: unknown) => error,
      );
      // Where the server gives a checksum the SDK sees it; the action compares the SHA-256 in any case.
      expect(read instanceof Error || sha256(read as Uint8Array) !== sha256(small)).toBe(true);
    });

    it('an upload whose parts keep failing leaves no parts behind', async () => {
      tried += 1;
      const key = `k${(made += 1)}`;
      proxy.add({
        matches: ({ query }) => query.get('partNumber') === '2',
        fault: { kind: 'reset', when: 'before' },
      });
      await expect(upload(aws.bucketClient, { bucket: 'plain', key }, large)).rejects.toMatchObject(
        {
          code: 'CLIENT_UNREACHABLE',
        },
      );
      const isOfUpload = ({ path: where }: ProxiedCall): boolean => where.endsWith(key);
      const sent = proxy.seen.filter(isOfUpload);
      // Nothing is sent any more once it is taken away.
      expect(sent.at(-1)?.method).toBe('DELETE');
      await sleep(500);
      expect(proxy.seen.filter(isOfUpload)).toHaveLength(sent.length);
      expect(await aws.bucketReader.head({ bucket: 'plain', key }, signal)).toBeUndefined();
    });
  });
});
