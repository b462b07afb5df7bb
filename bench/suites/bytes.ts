// How fast a file gets into S3, and in how much memory: `drctl apply` of a runbook with the one step s3.upload, beside
// `aws s3 cp` of the same file to the same server. Both verify TLS and send checksums; drctl also computes the SHA-256.
// Then the same for an etcd snapshot out of a pod.

import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyWithAws } from '../bytes/aws-copy.ts';
import type { Surroundings } from '../bytes/aws-copy.ts';
import { measureSnapshot } from '../bytes/snapshot.ts';
import { installed, runCommand } from '../measure/command.ts';
import { writeContent } from '../measure/content.ts';
import { alone, inTurns } from '../measure/in-turns.ts';
import type { BenchLine } from '../report/line.ts';
import { startSink } from '../servers/start-sink.ts';
import type { Suite } from '../suite.ts';

const MB = 1_000_000;
/** Memory must not grow with the size. The last is the one that is measured in turns. */
const sizesMB = [256, 1_000, 2_000] as const;
const atMostMiB = 150;
const atLeastRatio = 1.2;

const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: upload, version: 1.0.0 }
env:
  ENDPOINT: { required: true }
  CREDENTIALS: { type: file, required: true }
  CA: { type: file, required: true }
  FILE: { required: true }
targets:
  aws:
    type: aws
    region: us-east-1
    endpoint: '{{env.ENDPOINT}}'
    credentialsFile: '{{env.CREDENTIALS}}'
    caBundle: '{{env.CA}}'
phases:
  - id: bytes
    steps:
      - id: upload
        action: s3.upload
        with: { target: aws, bucket: sink, key: '{{run.id}}', from: '{{env.FILE}}' }
`;

export const bytes: Suite = {
  name: 'bytes',
  async measure(context) {
    const sink = await startSink(context.folder);
    try {
      await writeFile(path.join(context.folder, 'upload.yaml'), runbook);
      const lines: BenchLine[] = [];
      for (const sizeMB of sizesMB) lines.push(...(await ofSize(sizeMB, { context, sink })));
      const limits = { atLeastRatio, atMostMiB };
      return [...lines, ...(await measureSnapshot({ context, sink }, limits))];
    } finally {
      await sink.close();
    }
  },
};

async function ofSize(sizeMB: number, around: Surroundings): Promise<BenchLine[]> {
  const { context } = around;
  const file = path.join(context.folder, 'content.db');
  await writeContent(file, sizeMB * MB);
  try {
    context.tell(`s3.upload of ${sizeMB} MB`);
    const isLast = sizeMB === sizesMB.at(-1);
    return isLast ? await beside(sizeMB, file, around) : [await memory(sizeMB, file, around)];
  } finally {
    await rm(file);
  }
}

async function memory(sizeMB: number, file: string, around: Surroundings): Promise<BenchLine> {
  const ours = await alone(around.context.rounds, async () => (await upload(file, around)).peakMiB);
  return memoryLine(sizeMB, ours);
}

function memoryLine(sizeMB: number, ours: number): BenchLine {
  const limit = { of: 'value', atMost: atMostMiB } as const;
  const name = `peak memory of s3.upload of ${sizeMB} MB`;
  return { suite: 'bytes', name, unit: 'MiB', ours, limit };
}

async function beside(sizeMB: number, file: string, around: Surroundings): Promise<BenchLine[]> {
  const name = `s3.upload of ${sizeMB} MB`;
  const aws = installed('aws');
  if (aws === undefined) {
    const because = 'the aws command line is not installed';
    return [await memory(sizeMB, file, around), { suite: 'bytes', name, because }];
  }
  let peakMiB = 0;
  const figures = await inTurns(
    around.context.rounds,
    async () => {
      const ran = await upload(file, around);
      peakMiB = Math.max(peakMiB, ran.peakMiB);
      return sizeMB / ran.seconds;
    },
    async () => sizeMB / (await copyWithAws(aws, file, around)).seconds,
  );
  const limit = { of: 'ratio', atLeast: atLeastRatio } as const;
  return [
    memoryLine(sizeMB, peakMiB),
    { suite: 'bytes', name, unit: 'MB/s', peer: 'aws s3 cp', ...figures, limit },
  ];
}

async function upload(file: string, { context, sink }: Surroundings) {
  const state = path.join(context.folder, 'state');
  const values = {
    ENDPOINT: sink.url,
    CREDENTIALS: sink.credentialsFile,
    CA: sink.caBundle,
    FILE: file,
  };
  const set = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const runbookFile = path.join(context.folder, 'upload.yaml');
  const args = ['apply', runbookFile, ...set, '--auto-approve', '--state', state];
  const ran = await runCommand([...context.drctl, ...args], { cwd: context.folder });
  await rm(state, { recursive: true });
  return ran;
}
