/*
 * The HTTP side of exec: checks who asks, that the pod and container are there, and then hands the
 * connection to the exec endpoint. Refusals are ordinary HTTP answers, as kubectl shows them.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { servedType, type Api } from './api.ts';
import { attributesOf, authorize, verbOf } from './authorize.ts';
import { ExecEndpoint } from './exec.ts';
import { NoSuchContainerError, type ExecHandler } from './exec-handler.ts';
import { listAt, stringAt, type KubeObject } from './objects.ts';
import { errorReply } from './reply.ts';
import { resourcePath, type User } from './request.ts';
import { authenticate, impersonated, readRequest } from './requests.ts';
import { badRequest, notFound, StatusError, unauthorized, unknownPath } from './status-error.ts';

/** What an upgrade needs of its server. */
export interface UpgradeContext {
  readonly api: Api;
  readonly users: ReadonlyMap<string, User>;
  readonly exec: ExecEndpoint;
  readonly handler: ExecHandler | undefined;
}

/** An upgrade request as node hands it over. */
export interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Answers an upgrade request. Never throws. */
export async function upgradeToExec(context: UpgradeContext, upgrade: Upgrade): Promise<void> {
  upgrade.socket.on('error', () => upgrade.socket.destroy());
  try {
    await run(context, upgrade);
  } catch (error) {
    refuse(upgrade.socket, error);
  }
}

async function run(context: UpgradeContext, { message, socket, head }: Upgrade): Promise<void> {
  const { api, exec, handler } = context;
  const user = impersonated(authenticate(context.users, message), message);
  if (user === undefined) throw unauthorized();
  const never = new AbortController().signal;
  const request = readRequest(message, {
    user,
    body: Promise.resolve(Buffer.alloc(0)),
    signal: never,
  });
  const path = resourcePath(request.path);
  if (path === undefined || path.plural !== 'pods' || path.subresource !== 'exec')
    throw unknownPath();
  const type = servedType(api.cluster, path);
  // An upgrade is a GET, so that "get" is what servers up to 1.34 ask for; later ones ask for "create" too.
  authorize(api, attributesOf({ type, path, request }, verbOf({ path, request })));
  const pod = api.cluster.storage.get(type.storageKey, path.namespace, path.name);
  if (pod === undefined) throw notFound(type, path.name);
  if (!ExecEndpoint.speaks(message)) {
    throw badRequest(
      'unable to upgrade: no common WebSocket subprotocol, v5.channel.k8s.io or v4.channel.k8s.io is needed',
    );
  }
  if (handler === undefined)
    throw new StatusError(501, 'NotImplemented', 'this server runs no commands');
  const command = request.query.getAll('command');
  if (command.length === 0)
    throw badRequest('you must specify at least 1 command for the container');
  await exec.run({ request: message, socket, head }, handler, {
    namespace: path.namespace,
    pod: path.name,
    container: containerOf(pod, request.query.get('container') ?? ''),
    command,
    user: user.name,
    stdin: ['true', '1'].includes(request.query.get('stdin') ?? ''),
  });
}

/** The container asked for, or the pod's only one. */
function containerOf(pod: KubeObject, asked: string): string {
  const names = [...listAt(pod.spec, 'containers'), ...listAt(pod.spec, 'initContainers')].map(
    (container) => stringAt(container, 'name') ?? '',
  );
  const { name } = pod.metadata;
  if (asked === '') {
    const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
    const [first] = names;
    if (preferred !== undefined && names.includes(preferred)) return preferred;
    if (first !== undefined && listAt(pod.spec, 'containers').length === 1) return first;
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`,
    );
  }
  if (!names.includes(asked)) throw badRequest(new NoSuchContainerError(asked, name).message);
  return asked;
}

/** Writes an HTTP answer on a socket that was to be upgraded. */
function refuse(socket: Duplex, error: unknown): void {
  const known = error instanceof NoSuchContainerError ? badRequest(error.message) : error;
  const { code, body } = errorReply(known);
  const text = `${JSON.stringify(body)}\n`;
  socket.end(
    [
      `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}
