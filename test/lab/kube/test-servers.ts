/*
 * The servers that the suites run against, made alike: an administrator, a user who may only read ConfigMaps, commands in
 * pods, and a way to make the server forget its history.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AccessAttributes, ExecHandler } from '../../../src/lab/kube/index.ts';
import { startRealServer, type RealServer } from '../envtest/real-server.ts';
import { areMissing, binaries } from '../envtest/real-servers.ts';
import { merge, rest, type Connection } from './rest.ts';
import { adminToken, startServer } from './start-server.ts';

export interface TestServer {
  readonly connection: Connection;
  /** As a user who may get and list ConfigMaps, and nothing else. */
  readonly reader: Connection;
  /** Makes the server forget every state before its present one. */
  forgetHistory(): Promise<void>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly exec?: ExecHandler;
}

/** Name, whether it cannot run here, and how to start it. */
export const testServers: readonly (readonly [
  name: string,
  isMissing: boolean,
  start: (options?: TestServerOptions) => Promise<TestServer>,
])[] = [
  ['embedded', false, startEmbedded],
  ['real (skipped where its programs are absent)', areMissing, startReal],
];

/** A real one takes its time; this is for hooks. */
export const startLimitMs = 180_000;

const readerUser = { token: 'reader-token', user: 'reader', groups: [] };
/** The node that pods of tests run on. */
export const nodeName = 'node-1';

async function startEmbedded(options: TestServerOptions = {}): Promise<TestServer> {
  const { server, connection } = await startServer({
    ...options,
    tokens: [{ token: adminToken, user: 'admin', groups: ['system:masters'] }, readerUser],
    access: (asked) => asked.user !== readerUser.user || mayRead(asked),
  });
  return {
    connection,
    reader: { ...connection, token: readerUser.token },
    forgetHistory: () => {
      server.storage.compact();
      return Promise.resolve();
    },
    close: () => server.close(),
  };
}

function mayRead({ verb, resource }: AccessAttributes): boolean {
  return resource === 'configmaps' && (verb === 'get' || verb === 'list');
}

async function startReal(options: TestServerOptions = {}): Promise<TestServer> {
  const real = await startRealServer({ ...options, tokens: [readerUser] });
  const { connection } = real;
  await prepare(real);
  return {
    connection,
    reader: { ...connection, token: readerUser.token },
    forgetHistory: () => compact(real),
    close: () => real.close(),
  };
}

/** The reader's rights, and the node with its kubelet. */
async function prepare({ connection, kubeletPort }: RealServer): Promise<void> {
  const kube = rest(connection);
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await kube.call('POST', `${rbac}/clusterroles`, {
    body: {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
    },
  });
  await kube.call('POST', `${rbac}/clusterrolebindings`, {
    body: {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }],
    },
  });
  await kube.call('POST', '/api/v1/nodes', { body: { metadata: { name: nodeName } } });
  await kube.call('PATCH', `/api/v1/nodes/${nodeName}/status`, {
    contentType: merge,
    body: {
      status: {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      },
    },
  });
  kube.close();
}

const run = promisify(execFile);

async function compact({ connection, controlPlane: { etcd } }: RealServer): Promise<void> {
  const kube = rest(connection);
  const { body } = await kube.call('GET', '/api/v1/namespaces');
  kube.close();
  const revision = body['metadata']?.['resourceVersion'] as unknown as string;
  const { endpoints, caFile, certFile, keyFile } = etcd;
  const flags = [`--endpoints=${endpoints.join(',')}`, `--cacert=${caFile}`];
  const args = [...flags, `--cert=${certFile}`, `--key=${keyFile}`, 'compact', revision];
  await run(binaries?.etcdctl ?? 'etcdctl', args, { env: { ...process.env, ETCDCTL_API: '3' } });
}
