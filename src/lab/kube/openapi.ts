/*
 * OpenAPI documents: enough for kubectl to explain kinds, and to learn from the parameters of PATCH that the
 * server validates fields and runs dry. Custom kinds carry their CRD's schema; built-in ones are open objects.
 */
import { createHash } from 'node:crypto';
import type { Cluster } from './cluster.ts';
import { apiVersionOf, isMap, stringAt, type Json, type JsonObject } from './objects.ts';
import { chooseForm, type Reply } from './reply.ts';
import type { Request } from './request.ts';
import type { ResourceType } from './resource-type.ts';
import { StatusError, unknownPath } from './status-error.ts';

const v3Root = '/openapi/v3';

/** Answers /openapi/v2, /openapi/v3 and the documents below it. */
export async function openApiReply(cluster: Cluster, { path, accept }: Request): Promise<Reply> {
  if (path === '/openapi/v2') return v2Reply(cluster, accept);
  const types = cluster.registry.all();
  if (path === v3Root) return { code: 200, body: v3Index(types) };
  const name = path.slice(v3Root.length + 1);
  const own = types.filter((type) => documentName(type) === name);
  if (!path.startsWith(`${v3Root}/`) || own.length === 0) throw unknownPath();
  return Promise.resolve({ code: 200, body: v3Document(cluster, own) });
}

/** Clients that only take protobuf are told so; they go on without the document. */
function v2Reply(cluster: Cluster, accept: string): Reply {
  try {
    chooseForm(accept);
  } catch (cause) {
    throw cause instanceof StatusError ? cause : unknownPath();
  }
  const definitions: JsonObject = {};
  for (const type of cluster.registry.all()) definitions[schemaName(type)] = schemaOf(type);
  return {
    code: 200,
    body: {
      swagger: '2.0',
      info: { title: 'Kubernetes', version: cluster.version },
      paths: {},
      definitions,
    },
  };
}

function v3Index(types: readonly ResourceType[]): JsonObject {
  const paths: JsonObject = {};
  for (const name of new Set(types.map(documentName))) {
    const own = types.filter((type) => documentName(type) === name);
    const hash = createHash('sha256').update(JSON.stringify(own)).digest('hex').toUpperCase();
    paths[name] = { serverRelativeURL: `${v3Root}/${name}?hash=${hash}` };
  }
  return { paths };
}

function v3Document(cluster: Cluster, types: readonly ResourceType[]): JsonObject {
  const paths: JsonObject = {};
  const schemas: JsonObject = {};
  for (const type of types) {
    schemas[schemaName(type)] = schemaOf(type);
    Object.assign(paths, pathsOf(type));
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: cluster.version },
    paths,
    components: { schemas },
  };
}

function documentName({ group, version }: ResourceType): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** io.k8s.api.apps.v1.Deployment, or the reversed group for custom kinds, as real servers name them. */
function schemaName({ group, version, kind, builtin }: ResourceType): string {
  if (builtin) {
    const short = group === '' ? 'core' : (group.split('.', 1)[0] ?? group);
    return `io.k8s.api.${short}.${version}.${kind}`;
  }
  return [...group.split('.').toReversed(), version, kind].join('.');
}

function groupVersionKind({ group, version, kind }: ResourceType): JsonObject {
  return { group, version, kind };
}

const metaFields: JsonObject = {
  apiVersion: {
    type: 'string',
    description: 'APIVersion defines the versioned schema of this representation of an object.',
  },
  kind: {
    type: 'string',
    description: 'Kind is a string value representing the REST resource this object represents.',
  },
  metadata: {
    type: 'object',
    description: "Standard object's metadata.",
    'x-kubernetes-preserve-unknown-fields': true,
  },
};

function schemaOf(type: ResourceType): JsonObject {
  const own = (type.schema ?? {}) as JsonObject;
  const fields = isMap(own['properties']) ? own['properties'] : {};
  const open: Json = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const properties: JsonObject = type.builtin
    ? { ...metaFields, spec: open, ...(type.hasStatus ? { status: open } : {}) }
    : { ...fields, ...metaFields };
  return {
    ...own,
    type: 'object',
    description:
      stringAt(own, 'description') ?? `${type.kind} of ${apiVersionOf(type.group, type.version)}.`,
    properties,
    ...(type.builtin ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    'x-kubernetes-group-version-kind': [groupVersionKind(type)],
  };
}

function pathsOf(type: ResourceType): JsonObject {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced ? '/namespaces/{namespace}' : '';
  const collection = `${root}${scope}/${type.plural}`;
  const operation = (action: string, parameters: readonly string[] = []): JsonObject => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(type),
    parameters: parameters.map((name) => ({
      name,
      in: 'query',
      schema: { type: 'string', uniqueItems: true },
    })),
    responses: { '200': { description: 'OK' } },
  });
  const write = ['dryRun', 'fieldManager', 'fieldValidation'];
  if (type.review === true) return { [collection]: { post: operation('post', write) } };
  return {
    [collection]: { get: operation('list'), post: operation('post', write) },
    [`${collection}/{name}`]: {
      get: operation('get'),
      put: operation('put', write),
      patch: operation('patch', [...write, 'force']),
      delete: operation('delete', ['dryRun']),
    },
  };
}
