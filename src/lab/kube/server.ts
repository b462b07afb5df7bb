/*
 * One Kubernetes API server on one port: TLS, bearer tokens, HTTP and WebSocket upgrades in front of the
 * routes. Several can run in one process; each has its own store, clock and users.
 */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { answer, type Api } from './api.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { runControllers } from './controllers.ts';
import { followDefinitions, installDefinition } from './definition-controller.ts';
import { ExecEndpoint } from './exec.ts';
import type { ExecHandler } from './exec-handler.ts';
import { upgradeToExec } from './exec-upgrade.ts';
import { kubeconfigYaml } from './kubeconfig.ts';
import { initialNamespaces } from './namespaces.ts';
import type { KubeObject } from './objects.ts';
import { errorReply, sendReply } from './reply.ts';
import { readAll, type User } from './request.ts';
import { authenticate, impersonated, readRequest } from './requests.ts';
import { rbacAccess } from './rbac.ts';
import type { Access, AccessAttributes } from './reviews.ts';
import { unauthorized } from './status-error.ts';
import type { Storage } from './storage.ts';
import { defaultVersion } from './version.ts';
import { createObject } from './write-object.ts';

/** A token the server accepts, and who it stands for. */
export interface TokenUser {
  readonly token: string;
  readonly user: string;
  readonly groups: readonly string[];
}

/** What a server is started with. */
export interface KubeServerOptions {
  readonly name: string;
  /** Server certificate and key, and the authority clients must trust; all PEM. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly tokens: readonly TokenUser[];
  /** CustomResourceDefinitions that are there from the start. */
  readonly crds?: readonly object[];
  /** Runs `exec`; without it every exec is refused. */
  readonly exec?: ExecHandler;
  /** Authorisation: a function, or the roles and bindings in the store. Everything is allowed without it. */
  readonly access?: Access | 'rbac';
  /** Told of every request for a resource, refused ones included. */
  readonly audit?: (attributes: AccessAttributes) => void;
  /** The version the server claims, for instance "v1.32.4". */
  readonly version?: string;
  /** Changes a watch may be behind before it gets 410. */
  readonly historyLimit?: number;
  now?(): Date;
}

/** A running server. */
export interface KubeServer {
  readonly url: string;
  readonly name: string;
  /** The store itself, for tests and for looking without a request. */
  readonly storage: Storage;
  /** A kubeconfig (YAML) for one of the server's tokens. */
  kubeconfig(options: { token: string }): string;
  /** The whole store as bytes. */
  snapshot(): Uint8Array;
  /** Replaces the whole store; watches end, and resource versions go back to the snapshot's. */
  restore(bytes: Uint8Array): void;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
/** Go's limit on headers; a whole script may stand in the URL of an exec. */
const headerLimitBytes = 1024 * 1024;
/** Clients keep connections open between requests and are surprised when one closes under them. */
const idleConnectionMs = 180_000;

/** Starts a server on loopback. Rejects when the port is taken or the certificate cannot be used. */
export async function startKubeServer(options: KubeServerOptions): Promise<KubeServer> {
  const cluster = createCluster({
    version: options.version ?? defaultVersion,
    now: options.now?.bind(options) ?? (() => new Date()),
    ...(options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit }),
  });
  const stopFollowing = followDefinitions(cluster);
  populate(cluster, options.crds ?? []);
  const stopControllers = runControllers(cluster);
  const { access = () => true, audit } = options;
  const api: Api = { cluster, access: access === 'rbac' ? rbacAccess(cluster) : access, audit };
  const users = new Map(
    options.tokens.map(({ token, user, groups }) => [
      token,
      { name: user, groups: [...new Set([...groups, 'system:authenticated'])] },
    ]),
  );
  const exec = new ExecEndpoint();
  const sockets = new Set<Socket>();
  const server = createServer({
    cert: options.tls.cert,
    key: options.tls.key,
    maxHeaderSize: headerLimitBytes,
    keepAliveTimeout: idleConnectionMs,
  });
  // From the first byte on: one that never ends its handshake would keep the server from closing.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (message, response) => void serve(api, users, message, response));
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgradeToExec({ api, users, exec, handler: options.exec }, { message, socket, head });
  });
  await listen(server, options.port ?? 0);
  const url = `https://${loopback}:${(server.address() as AddressInfo).port}`;

  return {
    url,
    name: options.name,
    storage: cluster.storage,
    kubeconfig: ({ token }) =>
      kubeconfigYaml({
        name: options.name,
        url,
        ca: options.tls.ca,
        token,
        user: users.get(token)?.name ?? 'unknown',
      }),
    snapshot: () => cluster.storage.snapshot(),
    restore: (bytes) => cluster.storage.restore(bytes),
    close: async () => {
      stopControllers();
      stopFollowing();
      exec.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function populate(cluster: Cluster, crds: readonly object[]): void {
  const type = cluster.registry.findKind('', 'Namespace');
  if (type === undefined) return;
  for (const name of initialNamespaces) {
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    createObject(cluster, { type, manager: 'kube-apiserver', dryRun: false }, namespace);
  }
  for (const crd of crds) installDefinition(cluster, crd as KubeObject);
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function serve(
  api: Api,
  users: ReadonlyMap<string, User>,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Bodies of refused requests are drained, or the connection could not be used again.
  const body = readAll(message);
  body.catch(() => undefined);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const user = impersonated(authenticate(users, message), message);
    if (user === undefined) throw unauthorized();
    await answer(api, readRequest(message, { user, body, signal: gone.signal }), response);
  } catch (error) {
    sendReply(response, errorReply(error), { yaml: false, pretty: false });
  }
}
