// The built program killed outright in the middle of an upload in parts, and resumed: what the bucket has is not sent again.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAwsTarget } from '../../src/adapters/index.ts';
import { contentOf, sha256 } from '../contracts/bucket-client.suite.ts';
import { startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts';
import type { FaultProxy, ProxiedCall } from '../fakes/fault-proxy/fault-proxy.ts';
import { startEmbedded } from '../faults/aws-servers.ts';
import type { Server } from '../faults/aws-servers.ts';
import { runElsewhere, show } from './workbench.ts';

const TEST_LIMIT_MS = 300_000;
const MIB = 1024 * 1024;
const content = randomBytes(7 * 5 * MIB + 1_000);

let server: Server;
let proxy: FaultProxy;
let dir: string;

beforeEach(async () => {
  server = await startEmbedded();
  proxy = await startFaultProxy(server.upstream);
  dir = await mkdtemp(path.join(tmpdir(), 'drctl-cut-off-'));
  await writeFile(path.join(dir, 'credentials'), server.credentials);
  await writeFile(path.join(dir, 'ca.crt'), proxy.ca);
  await writeFile(path.join(dir, 'content.db'), content);
  await writeFile(
    path.join(dir, 'upload.yaml'),
    `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: upload, version: 1.0.0 }
targets:
  aws: { type: aws, region: ${server.region}, endpoint: '${proxy.url}', credentialsFile: ${dir}/credentials, caBundle: ${dir}/ca.crt }
phases:
  - id: bytes
    steps:
      - id: upload
        action: s3.upload
        with: { target: aws, bucket: versioned, key: content.db, from: ./content.db, partSize: 5Mi }
`,
  );
});

afterEach(async () => {
  await proxy.close();
  await server.close();
  await rm(dir, { recursive: true });
});

const partOf = ({ method, query }: ProxiedCall): number =>
  method === 'PUT' ? Number(query.get('partNumber') ?? 0) : 0;
const partsIn = (calls: readonly ProxiedCall[]): number[] =>
  calls
    .map(partOf)
    .filter((part) => part > 0)
    .sort((a, b) => a - b);

/** Three are under way at once: when the sixth is sent, the first three have arrived and the next ones hang. */
async function killedInTheMiddle(): Promise<void> {
  proxy.add({ matches: (call) => partOf(call) > 3, fault: { kind: 'hang', after: 'nothing' } });
  const killed = await runElsewhere(
    {
      dir,
      env: {},
      started: (child) => {
        const looking = setInterval(() => {
          if (partsIn(proxy.seen).includes(6)) child.kill('SIGKILL');
        }, 20);
        child.once('close', () => clearInterval(looking));
      },
    },
    ['apply', 'upload.yaml', '--auto-approve'],
  );
  expect(killed.signal, show(killed)).toBe('SIGKILL');
  proxy.heal();
}

it(
  'only the parts that are missing are sent when the run is resumed, and the object is whole',
  { timeout: TEST_LIMIT_MS },
  async () => {
    await killedInTheMiddle();
    const before = proxy.seen.length;
    const resumed = await runElsewhere({ dir, env: {} }, ['resume', '--auto-approve']);
    expect(resumed.exitCode, show(resumed)).toBe(0);
    const after = proxy.seen.slice(before);
    expect(partsIn(after)).toEqual([4, 5, 6, 7, 8]);
    expect(after.some(({ query }) => query.has('uploads'))).toBe(false);
    const aws = createAwsTarget({
      region: server.region,
      endpoint: proxy.url,
      credentialsFile: path.join(dir, 'credentials'),
      caBundle: path.join(dir, 'ca.crt'),
    });
    const { signal } = new AbortController();
    const at = { bucket: 'versioned', key: 'content.db' };
    expect(sha256(await contentOf(aws.bucketReader.read(at, signal)))).toBe(sha256(content));
    aws.close();
  },
);

it(
  'all of it is sent again, and no parts stay behind, when the file is another one by then',
  { timeout: TEST_LIMIT_MS },
  async () => {
    await killedInTheMiddle();
    await writeFile(path.join(dir, 'content.db'), randomBytes(content.byteLength));
    const before = proxy.seen.length;
    const resumed = await runElsewhere({ dir, env: {} }, ['resume', '--auto-approve']);
    expect(resumed.exitCode, show(resumed)).toBe(0);
    const after = proxy.seen.slice(before);
    expect(partsIn(after)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const removed = after.filter(
      ({ method, query }) => method === 'DELETE' && query.has('uploadId'),
    );
    expect(removed.length).toBeGreaterThan(0);
  },
);
