// One real kube-apiserver process: TLS, tokens, client certificates, RBAC. Nothing of a cluster runs beside it, so that the
// lab's controllers and kubelets are all there is.
// https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/

import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writePrivate } from '../daemon/state-files.ts';
import type { ChildProcesses, Program } from './child-process.ts';
import type { EtcdConnection } from './etcd-server.ts';
import { freePort } from './free-ports.ts';
import { statusOf } from './https-get.ts';

/** A token the server accepts, and who it stands for. */
export interface TokenUser {
  readonly token: string;
  readonly user: string;
  readonly groups: readonly string[];
}

export interface ApiServerOptions {
  /** Absolute path of the program. */
  readonly program: string;
  readonly processes: ChildProcesses;
  /** Names the log. */
  readonly name: string;
  /** Its files: certificates, tokens, keys. Made when absent (0700). */
  readonly folder: string;
  /** Default: any free port. */
  readonly port?: number | undefined;
  /** Server certificate and key, their authority, and the one whose client certificates are accepted; all PEM. */
  readonly tls: {
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
    readonly clientCa: string;
  };
  /** At least one of group system:masters, which asks whether the server is ready. */
  readonly tokens: readonly TokenUser[];
  readonly etcd: EtcdConnection;
  /** How it proves itself to kubelets, and who signs theirs; PEM. Absent: there are none. */
  readonly kubelets?: { readonly cert: string; readonly key: string; readonly ca: string };
  /** An EncryptionConfiguration (YAML or JSON): how Secrets are kept in etcd. */
  readonly encryption?: string;
  /** How long Events are kept. Default: the server's own, an hour. */
  readonly eventTtlSeconds?: number;
  /** Writes every request to "<name>-audit.log" in the folder, metadata only. */
  readonly audit?: boolean;
}

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  readonly program: Program;
  /** Where the audit log is, when there is one. */
  readonly auditLog: string;
  /** Resolves when /readyz answers. LabError with the end of the log when it does not. */
  becomesReady(): Promise<void>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const VERSION_LIMIT_MS = 20_000;

/** Starts the process; it is ready when `becomesReady` has resolved. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await freePort());
  const auditLog = join(options.folder, `${options.name}-audit.log`);
  const program = await options.processes.start({
    name: options.name,
    program: options.program,
    args: [
      ...(await servingArgs(options, port)),
      ...etcdArgs(options.etcd),
      ...(await kubeletArgs(options)),
      ...(await encryptionArgs(options)),
      ...(options.audit === true ? await auditArgs(options, auditLog) : []),
      ...(await versionArgs(options.program)),
    ],
  });
  const url = `https://127.0.0.1:${port}`;
  const token = options.tokens.find(({ groups }) => groups.includes('system:masters'))?.token ?? '';
  const asked = { url: `${url}/readyz`, ca: options.tls.ca, token };
  return {
    url,
    port,
    program,
    auditLog,
    becomesReady: () => program.becomesReady(async () => (await statusOf(asked)) === 200),
    stop: () => program.stop(),
  };
}

async function servingArgs(options: ApiServerOptions, port: number): Promise<readonly string[]> {
  const { tls, tokens } = options;
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const tokenLines = tokens.map(
    ({ token, user, groups }) => `${token},${user},${user},"${groups.join(',')}"\n`,
  );
  return [
    '--bind-address=127.0.0.1',
    // An address that leads nowhere (RFC 5737): the server insists on publishing one that is not loopback.
    '--advertise-address=192.0.2.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${await keep(options, 'server.crt', tls.cert)}`,
    `--tls-private-key-file=${await keep(options, 'server.key', tls.key)}`,
    `--client-ca-file=${await keep(options, 'client-ca.crt', tls.clientCa)}`,
    `--token-auth-file=${await keep(options, 'tokens.csv', tokenLines.join(''))}`,
    '--authorization-mode=RBAC',
    // A lab has no ServiceAccounts, and Pods must not wait for them.
    '--disable-admission-plugins=ServiceAccount',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${await keep(options, 'sa.key', privateKey)}`,
    `--service-account-key-file=${await keep(options, 'sa.pub', publicKey)}`,
    '--allow-privileged=true',
    ...(options.eventTtlSeconds === undefined ? [] : [`--event-ttl=${options.eventTtlSeconds}s`]),
    '--profiling=false',
    '--v=1',
  ];
}

function etcdArgs(etcd: EtcdConnection): readonly string[] {
  return [
    `--etcd-servers=${etcd.endpoints.join(',')}`,
    `--etcd-cafile=${etcd.caFile}`,
    `--etcd-certfile=${etcd.certFile}`,
    `--etcd-keyfile=${etcd.keyFile}`,
  ];
}

async function kubeletArgs(options: ApiServerOptions): Promise<readonly string[]> {
  const { kubelets } = options;
  if (kubelets === undefined) return [];
  return [
    '--kubelet-preferred-address-types=InternalIP',
    `--kubelet-certificate-authority=${await keep(options, 'kubelet-ca.crt', kubelets.ca)}`,
    `--kubelet-client-certificate=${await keep(options, 'kubelet-client.crt', kubelets.cert)}`,
    `--kubelet-client-key=${await keep(options, 'kubelet-client.key', kubelets.key)}`,
  ];
}

async function encryptionArgs(options: ApiServerOptions): Promise<readonly string[]> {
  if (options.encryption === undefined) return [];
  const file = await keep(options, 'encryption.yaml', options.encryption);
  return [`--encryption-provider-config=${file}`];
}

async function auditArgs(options: ApiServerOptions, log: string): Promise<readonly string[]> {
  const policy = JSON.stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  });
  return [
    `--audit-policy-file=${await keep(options, 'audit-policy.yaml', policy)}`,
    `--audit-log-path=${log}`,
  ];
}

/**
 * Since 1.30 a server speaks SPDY to kubelets where its clients speak WebSocket; the lab's kubelet speaks WebSocket, which
 * servers pass through as it is when this is off. https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
 */
async function versionArgs(program: string): Promise<readonly string[]> {
  const { stdout } = await run(program, ['--version'], { timeout: VERSION_LIMIT_MS });
  const [, major = '0', minor = '0'] = /v(\d+)\.(\d+)/.exec(stdout) ?? [];
  const translates = Number(major) > 1 || Number(minor) >= 30;
  return translates ? ['--feature-gates=TranslateStreamCloseWebsocketRequests=false'] : [];
}

/** Writes a file of the server's, private to its owner, and gives its path. */
async function keep(options: ApiServerOptions, name: string, content: string): Promise<string> {
  const path = join(options.folder, `${options.name}-${name}`);
  await writePrivate(path, content);
  return path;
}
