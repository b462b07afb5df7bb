// Servers for the compact runbook, on loopback in this process: a Kubernetes API with Deployments, pods and an etcd to run
// commands in, S3 and Route53. Started once; every run gets a world of its own in them, see compact-world.ts.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { startAwsServer } from '../../../src/lab/aws/index.ts';
import type { AwsServer } from '../../../src/lab/aws/index.ts';
import { openSide } from '../../../src/lab/cluster/side.ts';
import { intervalsOf } from '../../../src/lab/world/intervals.ts';
import type { Side } from '../../../src/lab/cluster/side.ts';
import { runController } from '../../../src/lab/controllers/run-controller.ts';
import { reconcileDeployments } from '../../../src/lab/controllers/workloads/deployments.ts';
import { createKubelet } from '../../../src/lab/controllers/workloads/kubelet.ts';
import { startKubeServer } from '../../../src/lab/kube/index.ts';
import type { Access, ExecHandler, KubeServer } from '../../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { definitionsFor } from '../../../src/lab/world/side-definitions.ts';
import { MemoryFiles } from '../../../src/lab/kubelet/pod-files.ts';
import { runCommand } from '../../../src/lab/kubelet/shell.ts';
import { encodeSnapshot } from '../../../src/lab/hosted/embedded/snapshot-file.ts';
import { etcdTools } from '../../../src/lab/hosted/embedded/etcd-commands.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export const awsRegion = 'eu-central-1';
const token = 'token-of-a-person';
const controllerToken = 'token-of-controllers';
const credential = { accessKeyId: 'AKIALAB', secretAccessKey: 'lab-secret' };
const resyncMs = 250;
const databaseBytes = 20_000;

export interface CompactServers {
  readonly side: Side;
  readonly kube: KubeServer;
  readonly aws: AwsServer;
  readonly s3: S3Client;
  readonly route53: Route53Client;
  /** Of the etcd pod in this namespace; begun anew when asked for the first time. */
  filesOf(namespace: string): MemoryFiles;
  /** For the env file: where everything is. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startCompactServers(): Promise<CompactServers> {
  const dir = await mkdtemp(path.join(tmpdir(), 'drctl-compact-'));
  const authority = await createCertificateAuthority();
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const files = new Map<string, MemoryFiles>();
  const filesOf = (namespace: string): MemoryFiles => {
    const found = files.get(namespace) ?? new MemoryFiles(certificates());
    files.set(namespace, found);
    return found;
  };
  const everything = ['system:masters'];
  const kube = await startKubeServer({
    name: 'compact',
    tls: { ...tls, ca: authority.cert },
    tokens: [
      { token, user: 'person', groups: everything },
      { token: controllerToken, user: 'controllers', groups: everything },
    ],
    crds: definitionsFor('source', { real: undefined, newerDestination: undefined }),
    access: failsFirstPatch(),
    exec: execIn(filesOf),
  });
  const aws = await startAwsServer({
    tls,
    credentials: [credential],
    region: awsRegion,
    dnsPropagationMs: 0,
  });
  const connection = { server: kube.url, ca: authority.cert, token: controllerToken };
  const side = await openSide('source', connection);
  const stop = new AbortController();
  const controllers = startControllers(side, stop.signal);
  const env = {
    KUBECONFIG_FILE: path.join(dir, 'kubeconfig'),
    CREDENTIALS: path.join(dir, 'credentials'),
    CA: path.join(dir, 'ca.crt'),
    ENDPOINT: aws.url,
  };
  await writeFile(env.KUBECONFIG_FILE, kube.kubeconfig({ token }));
  await writeFile(
    env.CREDENTIALS,
    `[default]\naws_access_key_id = ${credential.accessKeyId}\naws_secret_access_key = ${credential.secretAccessKey}\n`,
  );
  await writeFile(env.CA, authority.cert);
  const { Agent } = await import('node:https');
  const httpsAgent = new Agent({ ca: authority.cert, keepAlive: true });
  const settings = { endpoint: aws.url, credentials: credential, requestHandler: { httpsAgent } };
  const s3 = new S3Client({ ...settings, region: awsRegion, forcePathStyle: true });
  const route53 = new Route53Client({ ...settings, region: 'us-east-1' });
  return {
    side,
    kube,
    aws,
    s3,
    route53,
    filesOf,
    env,
    async close() {
      stop.abort();
      await controllers;
      side.close();
      s3.destroy();
      route53.destroy();
      await Promise.all([kube.close(), aws.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function startControllers(side: Side, signal: AbortSignal): Promise<unknown> {
  const runtime = { gate: () => 'go' as const, endPod: () => Promise.resolve() };
  const kubelet = createKubelet({ intervals: () => intervalsOf('short', 0) }, side, runtime);
  return runController({
    name: 'workloads',
    resyncMs,
    signal,
    log: () => undefined,
    subscribe: (listener) => side.onChange(() => listener()),
    reconcile: async () => {
      await reconcileDeployments(side);
      await kubelet.reconcile();
    },
  });
}

/** The first patch of each ConfigMap "flaky" finds a server that is not well. */
function failsFirstPatch(): Access {
  const failed = new Set<string>();
  return ({ user, verb, name, namespace }) => {
    if (user !== 'person' || verb !== 'patch' || name !== 'flaky' || failed.has(namespace)) {
      return true;
    }
    failed.add(namespace);
    throw new Error('etcdserver: leader changed');
  };
}

function execIn(filesOf: (namespace: string) => MemoryFiles): ExecHandler {
  const store = { content: 'x'.repeat(databaseBytes), revision: 42, encryptionKey: undefined };
  const snapshot = encodeSnapshot(store);
  const etcd = {
    memberId: 1,
    snapshot: () => snapshot,
    status: () => ({ revision: store.revision, sizeBytes: snapshot.length }),
    changesSince: () => [],
  };
  return async (request, streams) => {
    const result = await runCommand(request.command, {
      files: filesOf(request.namespace),
      folders: ['/tmp', '/var/lib'],
      volumeBytes: 1024 * 1024 * 1024,
      tools: etcdTools(etcd),
    });
    if (result.stdout.length > 0) await streams.stdout(result.stdout);
    if (result.stderr !== '') await streams.stderr(Buffer.from(result.stderr));
    return result.code;
  };
}

function certificates(): Iterable<readonly [string, Buffer]> {
  const folder = '/etc/etcd/tls';
  return ['etcd-ca/ca.crt', 'client/etcd-client.crt', 'client/etcd-client.key'].map(
    (name) => [`${folder}/${name}`, Buffer.from('pem')] as const,
  );
}
