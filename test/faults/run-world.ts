// Two API servers, S3 and Route53 behind proxies, and a small runbook of the actions that a move is made of: what a run
// does through faults is compared with what it does without.

import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createKubeTarget } from '../../src/adapters/index.ts';
import type { AwsTarget, KubeTarget } from '../../src/adapters/index.ts';
import type { Json } from '../../src/engine/index.ts';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { profileText, startTarget } from '../adapters/aws/target.ts';
import { newFolder, runCli } from '../cli/run-cli.ts';
import type { CliOptions, CliResult } from '../cli/run-cli.ts';
import { startFaultProxy } from '../fakes/fault-proxy/fault-proxy.ts';
import type { FaultProxy } from '../fakes/fault-proxy/fault-proxy.ts';

const { signal } = new AbortController();
const token = 'token-of-a-tester';
const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
const kind = { apiVersion: 'v1', kind: 'ConfigMap' };

const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: move, version: 1.0.0 }
targets:
  source: { type: kubernetes, kubeconfig: CWD/source.kubeconfig }
  destination: { type: kubernetes, kubeconfig: CWD/destination.kubeconfig }
  aws: { type: aws, region: eu-central-1, credentialsFile: CWD/credentials, endpoint: ENDPOINT, caBundle: CWD/proxy-ca.crt }
locks:
  - { target: source, namespace: default, name: drctl-move }
preconditions:
  - id: namespace-is-there
    action: k8s.assert
    with: { target: source, apiVersion: v1, kind: Namespace, name: default, that: "object.metadata.name == 'default'" }
phases:
  - id: backup
    steps:
      - id: pause
        action: k8s.patch
        with: { target: source, apiVersion: v1, kind: ConfigMap, namespace: default, selector: app=x, patch: { data: { paused: 'true' } } }
        RETRY
      - id: export
        action: k8s.export
        needs: [pause]
        with: { target: source, to: objects, select: [{ apiVersion: v1, kind: ConfigMap, namespace: default, selector: app=x }] }
        RETRY
      - id: note
        action: k8s.exec
        with: { target: source, namespace: default, selector: app=shell, container: main, command: [cat], repeatable: true }
        RETRY
      - id: upload
        action: s3.upload
        with: { target: aws, bucket: versioned, key: move/note.txt, from: CWD/note.txt }
        RETRY
  - id: restore
    steps:
      - id: restore
        action: k8s.restore
        with: { target: destination, from: '{{steps.export.outputs.artifact}}', unset: [{ kind: ConfigMap, path: data.paused }] }
        RETRY
      - id: settings
        action: k8s.apply
        with: { target: destination, manifests: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings, namespace: default }, data: { color: blue } }] }
        RETRY
      - id: wait
        action: k8s.wait
        needs: [restore]
        with: { target: destination, apiVersion: v1, kind: ConfigMap, namespace: default, name: x-1, that: "object.data.a == '1'" }
        timeout: 20s
        RETRY
      - id: names
        action: dns.update
        with: { target: aws, zone: Z1, changes: [{ action: UPSERT, name: api.example.com, type: CNAME, ttl: 60, values: [there.example.com] }] }
        RETRY
  - id: clean
    pointOfNoReturn: true
    steps:
      - id: remove
        action: k8s.delete
        with: { target: source, apiVersion: v1, kind: ConfigMap, namespace: default, selector: app=x }
        RETRY
`;

const retry = 'retry: { attempts: 3, initialDelay: 10ms, maxDelay: 50ms }';

export interface RunWorld {
  readonly cwd: string;
  readonly source: FaultProxy;
  readonly destination: FaultProxy;
  readonly aws: FaultProxy;
  readonly proxies: readonly FaultProxy[];
  drctl(argv: readonly string[], options?: Partial<CliOptions>): Promise<CliResult>;
  /** What counts of all servers, read beside the proxies. */
  content(): Promise<Json>;
  heal(): void;
  /** As at the beginning: no run, no fault. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

async function startSide(name: string) {
  const authority = await createCertificateAuthority();
  const tls = { ...(await authority.issue({ ips: ['127.0.0.1'] })), ca: authority.cert };
  const tokens = [{ token, user: 'tester', groups: ['system:masters'] }];
  const server = await startKubeServer({
    name,
    tls,
    tokens,
    exec: async (_request, { stdout }) => {
      await stdout(Buffer.from('a note'));
      return 0;
    },
  });
  const proxy = await startFaultProxy({ url: server.url, ca: authority.cert });
  return { server, proxy, kubeconfig: server.kubeconfig({ token }) };
}

export async function startRunWorld(): Promise<RunWorld> {
  const cwd = await newFolder();
  const [source, destination] = [await startSide('source'), await startSide('destination')];
  const lab = await startTarget({ dnsPropagationMs: 5 });
  const aws = await startFaultProxy({ url: lab.server.url, ca: await lab.authority() });
  const write = (name: string, text: string): Promise<void> =>
    writeFile(path.join(cwd, name), text);
  for (const [name, side] of Object.entries({ source, destination })) {
    await write(`${name}.kubeconfig`, side.proxy.kubeconfig(side.kubeconfig));
    await write(`${name}-direct.kubeconfig`, side.kubeconfig);
  }
  await write('proxy-ca.crt', aws.ca);
  await write('note.txt', 'what is uploaded');
  await write(
    'credentials',
    profileText('default', { accessKeyId: 'AKIALAB', secretAccessKey: 'lab-secret' }),
  );
  await write(
    'move.yaml',
    runbook.replaceAll('CWD', cwd).replace('ENDPOINT', aws.url).replaceAll('RETRY', retry),
  );
  const direct = (name: string): KubeTarget =>
    createKubeTarget({ kubeconfig: path.join(cwd, `${name}-direct.kubeconfig`) });
  const sides = { source: direct('source'), destination: direct('destination') };
  await addPod(sides.source);
  const proxies = [source.proxy, destination.proxy, aws];
  return {
    cwd,
    source: source.proxy,
    destination: destination.proxy,
    aws,
    proxies,
    drctl: (argv, options = {}) => runCli(argv, { cwd, ...options }),
    content: () => contentOf(sides, lab.target),
    async reset() {
      for (const proxy of proxies) proxy.heal();
      await rm(path.join(cwd, '.drctl'), { recursive: true, force: true });
      await empty(sides, lab.target);
      await fill(sides.source);
    },
    heal: () => {
      for (const proxy of proxies) proxy.heal();
    },
    async close() {
      for (const side of Object.values(sides)) side.close();
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await Promise.all([source.server.close(), destination.server.close(), lab.close()]);
    },
  };
}

async function empty(sides: Readonly<Record<string, KubeTarget>>, aws: AwsTarget): Promise<void> {
  for (const { client } of Object.values(sides)) {
    for (const one of [kind, lease]) {
      for await (const { metadata } of client.list({ ...one, namespace: 'default' }, signal)) {
        await client.delete({ ...one, namespace: 'default', name: metadata.name }, { signal });
      }
    }
  }
  const at = { bucket: 'versioned', key: 'move/note.txt' };
  for (let versions = 0; versions < 100; versions += 1) {
    const found = await aws.bucketReader.head(at, signal);
    if (found === undefined) break;
    await aws.bucketClient.remove(found, signal);
  }
  for await (const record of aws.zoneReader.records('Z1', signal)) {
    if (record.type !== 'CNAME') continue;
    const changes = [{ action: 'DELETE', record }] as const;
    await aws.zoneClient.change('Z1', changes, { comment: 'reset', signal });
  }
}

async function fill({ client }: KubeTarget): Promise<void> {
  for (const number of [1, 2, 3]) {
    const metadata = { name: `x-${number}`, namespace: 'default', labels: { app: 'x' } };
    await client.create({ ...kind, metadata, data: { a: String(number) } }, signal);
  }
}

async function addPod({ client }: KubeTarget): Promise<void> {
  const metadata = { name: 'shell', namespace: 'default', labels: { app: 'shell' } };
  const spec = { containers: [{ name: 'main', image: 'i' }] };
  await client.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec }, signal);
  await client.patch(
    { apiVersion: 'v1', kind: 'Pod', name: 'shell', namespace: 'default' },
    {
      type: 'merge',
      subresource: 'status',
      patch: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
      signal,
    },
  );
}

async function contentOf(
  sides: Readonly<Record<string, KubeTarget>>,
  aws: AwsTarget,
): Promise<Json> {
  const content: Record<string, Json> = {};
  for (const [name, { reader }] of Object.entries(sides)) {
    const found: Json[] = [];
    for await (const object of reader.list({ ...kind, namespace: 'default' }, signal)) {
      found.push([object.metadata.name, object['data'] ?? null]);
    }
    const leases: Json[] = [];
    const inDefault = { ...lease, namespace: 'default' };
    for await (const one of reader.list(inDefault, signal)) leases.push(one.metadata.name);
    content[name] = { found, leases };
  }
  const uploaded = await aws.bucketReader.head(
    { bucket: 'versioned', key: 'move/note.txt' },
    signal,
  );
  const names: Json[] = [];
  for await (const { name, type, values } of aws.zoneReader.records('Z1', signal)) {
    names.push([name, type, [...(values ?? [])]]);
  }
  return { ...content, uploaded: uploaded?.sha256 ?? null, names };
}
