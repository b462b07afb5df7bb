// An etcd snapshot from a pod into S3, by the steps of the shipped runbooks: etcd.snapshot brings it out through exec and
// verifies it, s3.upload sends it. Beside it "aws s3 cp" of a file with the same bytes, which does the second half only,
// and the procedure by hand, which does both: "kubectl exec … cat" into a file, then "aws s3 cp". Neither verifies the
// snapshot.

import { createHash } from 'node:crypto';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { installed, runCommand } from '../measure/command.ts';
import { writeContent } from '../measure/content.ts';
import { inTurns } from '../measure/in-turns.ts';
import { median } from '../measure/median.ts';
import type { BenchLine } from '../report/line.ts';
import { startChildServer } from '../servers/child-server.ts';
import { copyWithAws } from './aws-copy.ts';
import type { Surroundings } from './aws-copy.ts';

const MB = 1_000_000;
const sizeMB = 1_000;
const name = `etcd snapshot of ${sizeMB} MB from exec to S3`;
const podPath = '/var/lib/snapshot.db';

interface Limits {
  readonly atLeastRatio: number;
  readonly atMostMiB: number;
}

export async function measureSnapshot(
  around: Surroundings,
  limits: Limits,
): Promise<readonly BenchLine[]> {
  const [aws, kubectl] = [installed('aws'), installed('kubectl')];
  if (aws === undefined || kubectl === undefined) {
    const absent = aws === undefined ? 'aws' : 'kubectl';
    return [{ suite: 'bytes', name, because: `the ${absent} command line is not installed` }];
  }
  const { context } = around;
  context.tell(name);
  const file = path.join(context.folder, 'snapshot.db');
  const kubeconfig = path.join(context.folder, 'kubeconfig');
  await writeSnapshot(file);
  const pod = await startChildServer('etcd-pod', [file, kubeconfig]);
  try {
    let peakMiB = 0;
    const copies: number[] = [];
    const figures = await inTurns(
      context.rounds,
      async () => {
        const ran = await snapshotToS3(kubeconfig, around);
        peakMiB = Math.max(peakMiB, ran.peakMiB);
        return sizeMB / ran.seconds;
      },
      async () => {
        const fetched = await fetchWithKubectl(kubectl, kubeconfig, around);
        const copied = await copyWithAws(aws, file, around);
        copies.push(sizeMB / copied.seconds);
        return sizeMB / (fetched.seconds + copied.seconds);
      },
    );
    const line = { suite: 'bytes', name, unit: 'MB/s', ours: figures.ours } as const;
    const { atLeastRatio, atMostMiB } = limits;
    return [
      {
        suite: 'bytes',
        name: `peak memory of an ${name}`,
        unit: 'MiB',
        ours: peakMiB,
        limit: { of: 'value', atMost: atMostMiB },
      },
      {
        ...line,
        peer: 'aws s3 cp',
        // The first is the round that warms up.
        theirs: median(copies.slice(1)),
        rounds: figures.rounds,
        limit: { of: 'ratio', atLeast: atLeastRatio },
      },
      { ...line, ...figures, peer: 'kubectl exec, then aws s3 cp' },
    ];
  } finally {
    await pod.close();
    await rm(file);
  }
}

/** As etcd writes it: whole blocks of 512 bytes, then the SHA-256 of them. */
async function writeSnapshot(file: string): Promise<void> {
  await writeContent(file, sizeMB * MB);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  await appendFile(file, hash.digest());
}

async function snapshotToS3(kubeconfig: string, { context, sink }: Surroundings) {
  const runbook = {
    apiVersion: 'drctl.dev/v1',
    kind: 'Runbook',
    metadata: { name: 'snapshot', version: '1.0.0' },
    targets: {
      here: { type: 'kubernetes', kubeconfig },
      aws: {
        type: 'aws',
        region: 'us-east-1',
        endpoint: sink.url,
        credentialsFile: sink.credentialsFile,
        caBundle: sink.caBundle,
      },
    },
    phases: [
      {
        id: 'backup',
        steps: [
          {
            id: 'snapshot',
            action: 'etcd.snapshot',
            with: { target: 'here', namespace: 'default', to: 'etcd-snapshot.db' },
          },
          {
            id: 'upload',
            action: 's3.upload',
            with: {
              target: 'aws',
              bucket: 'sink',
              key: '{{run.id}}',
              from: '{{steps.snapshot.outputs.file}}',
              sha256: '{{steps.snapshot.outputs.sha256}}',
            },
          },
        ],
      },
    ],
  };
  const state = path.join(context.folder, 'state');
  const file = path.join(context.folder, 'snapshot.yaml');
  await writeFile(file, JSON.stringify(runbook));
  const args = ['apply', file, '--auto-approve', '--state', state];
  const ran = await runCommand([...context.drctl, ...args], { cwd: context.folder });
  await rm(state, { recursive: true });
  return ran;
}

/** A shell only for its redirection: the bytes go from kubectl to the file without passing through here. */
async function fetchWithKubectl(kubectl: string, kubeconfig: string, { context }: Surroundings) {
  const fetched = path.join(context.folder, 'fetched.db');
  const words = ['--kubeconfig', kubeconfig, 'exec', 'etcd-0', '-c', 'etcd', '--', 'cat', podPath];
  const script = 'out=$1; shift; exec "$@" > "$out"';
  const ran = await runCommand(['sh', '-c', script, 'sh', fetched, kubectl, ...words], {
    cwd: context.folder,
  });
  await rm(fetched);
  return ran;
}
