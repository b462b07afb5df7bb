/*
 * Routes an authenticated request to what answers it: health, version, discovery, OpenAPI, watches and
 * resources. Authorisation is asked before anything else happens.
 */
import type { ServerResponse } from 'node:http';
import { attributesOf, authorize, mayCreate, verbOf, type Authorizer } from './authorize.ts';
import type { Cluster } from './cluster.ts';
import { withConversions } from './conversions.ts';
import { discoveryReply } from './discovery.ts';
import type { JsonObject } from './objects.ts';
import { openApiReply } from './openapi.ts';
import { chooseForm, errorReply, sendReply, type Form, type Reply } from './reply.ts';
import { resourcePath, type Request, type ResourcePath } from './request.ts';
import type { ResourceCall } from './resource-call.ts';
import { handleResource } from './resource-handlers.ts';
import type { ResourceType } from './resource-type.ts';
import { shapeReply, watchShape } from './shapes.ts';
import { notFound, unknownPath } from './status-error.ts';
import { versionInfo } from './version.ts';
import { watchObjects } from './watch-objects.ts';

/** One server's routes. */
export interface Api extends Authorizer {
  readonly cluster: Cluster;
}

const healthPaths = new Set(['/healthz', '/readyz', '/livez']);

/** Answers one request, errors included. Never throws. */
export async function answer(api: Api, request: Request, response: ServerResponse): Promise<void> {
  const pretty = request.query.has('pretty') && request.query.get('pretty') !== 'false';
  let yaml = false;
  try {
    const plain = await plainReply(api, request);
    if (plain !== undefined) {
      sendReply(response, plain, { yaml: false, pretty });
      return;
    }
    const form = chooseForm(request.accept);
    yaml = form.yaml;
    const call = resourceCall(api, request);
    const watches = isWatch(call);
    authorize(api, attributesOf(call, watches ? 'watch' : verbOf(call)));
    if (mayCreate(call)) authorize(api, attributesOf(call, 'create'));
    if (watches) {
      startWatch(call, form, response);
      return;
    }
    const result = await withConversions(api.cluster.conversions, () => handleResource(call));
    const reply = shapeReply(call, form, result);
    sendReply(response, reply, { yaml, pretty });
  } catch (error) {
    if (response.headersSent) response.end();
    else sendReply(response, errorReply(error), { yaml, pretty });
  }
}

/** Answers that are no resources. */
async function plainReply({ cluster }: Api, request: Request): Promise<Reply | undefined> {
  const { path, accept } = request;
  if (path === '/version') return { code: 200, body: versionInfo(cluster.version) };
  if (healthPaths.has(path)) return { code: 200, body: 'ok', contentType: 'text/plain' };
  if (path === '/' || path === '') return { code: 200, body: rootPaths(cluster) };
  if (path.startsWith('/openapi/')) return openApiReply(cluster, request);
  const discovery = discoveryReply(cluster, path, accept);
  if (discovery !== undefined) return discovery;
  const resource = resourcePath(path);
  const isServed =
    resource !== undefined &&
    cluster.registry.groups().get(resource.group)?.includes(resource.version) === true;
  return isServed
    ? undefined
    : { code: 404, body: '404 page not found\n', contentType: 'text/plain' };
}

function rootPaths(cluster: Cluster): JsonObject {
  const groups = [...cluster.registry.groups()].flatMap(([group, versions]) =>
    group === ''
      ? ['/api', '/api/v1']
      : [`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`)],
  );
  const others = [
    '/apis',
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
  ];
  return { paths: [...groups, ...others].sort() };
}

function resourceCall({ cluster, access }: Api, request: Request): ResourceCall {
  const path = resourcePath(request.path);
  if (path === undefined) throw unknownPath();
  const type = servedType(cluster, path);
  return { cluster, access, type, path, request };
}

/** The resource a path speaks of. Throws 404 when it is not served, in that scope. */
export function servedType(cluster: Cluster, path: ResourcePath): ResourceType {
  const type = cluster.registry.find(path.group, path.version, path.plural);
  if (type === undefined) throw unknownPath();
  const isClusterPath = path.namespace === '';
  if (!type.namespaced && !isClusterPath) throw unknownPath();
  if (type.namespaced && isClusterPath && path.name !== '') throw notFound(type, path.name);
  return type;
}

function isWatch({ request, path }: ResourceCall): boolean {
  const value = request.query.get('watch');
  return (
    request.method === 'GET' &&
    path.subresource === '' &&
    (value === 'true' || value === '1' || value === '')
  );
}

function startWatch(call: ResourceCall, form: Form, response: ServerResponse): void {
  const { cluster, type, path, request } = call;
  const query = new URLSearchParams(request.query);
  if (path.name !== '') query.append('fieldSelector', `metadata.name=${path.name}`);
  watchObjects(
    cluster,
    {
      type,
      namespace: path.namespace,
      query,
      signal: request.signal,
      shape: watchShape(type, form, cluster),
    },
    response,
  );
}
