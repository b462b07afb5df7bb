/*
 * From a resource path and a method to what is done in the store. Knows HTTP's verbs and the resource's
 * subresources; the rules themselves live with create, update, patch and delete.
 */
import { readBody } from './admit-object.ts';
import { convertAll } from './conversions.ts';
import { invalidValue } from './field-errors.ts';
import { deleteObject, type DeleteRequest, type PropagationPolicy } from './delete-object.ts';
import { listBody, listObjects, selectorOf } from './list-objects.ts';
import { isMap, mapAt, numberAt, stringAt, type Json, type JsonObject } from './objects.ts';
import { inVersion } from './object-versions.ts';
import { patchObject } from './patch-object.ts';
import { isDryRun, readObject } from './request.ts';
import { storedObject, writeRequest, type ResourceCall } from './resource-call.ts';
import { answerReview } from './reviews.ts';
import type { Reply } from './reply.ts';
import { handleScale } from './scale-handlers.ts';
import { badRequest, invalid, methodNotAllowed, unknownPath } from './status-error.ts';
import { createObject, updateObject } from './write-object.ts';

/** Carries out anything but watch and exec. */
export async function handleResource(call: ResourceCall): Promise<Reply> {
  const { path, type } = call;
  if (type.review === true) return review(call);
  if (path.name === '') return onCollection(call);
  switch (path.subresource) {
    case '':
      return onObject(call);
    case 'status':
      if (!type.hasStatus) throw unknownPath();
      return onObject(call);
    case 'scale':
      return handleScale(call);
    case 'finalize':
      if (type.storageKey !== '/namespaces') throw unknownPath();
      return onObject(call);
    default:
      throw unknownPath();
  }
}

async function review({ type, path, request, access }: ResourceCall): Promise<Reply> {
  if (request.method !== 'POST') throw methodNotAllowed();
  const body = await readObject(request);
  const { user } = request;
  const { namespace } = path;
  const asked = { body: isMap(body) ? body : {}, user, access, namespace };
  return { code: 201, body: answerReview(type, asked) };
}

async function onCollection(call: ResourceCall): Promise<Reply> {
  const { cluster, type, path, request } = call;
  switch (request.method) {
    case 'GET': {
      const page = listObjects(cluster, type, path.namespace, request.query);
      return { code: 200, body: listBody(type, page) };
    }
    case 'POST': {
      const body = readBody(type, path.namespace, await readObject(request));
      const result = createObject(cluster, writeRequest(call), body);
      return { code: 201, body: result.object as JsonObject, warnings: result.warnings };
    }
    case 'DELETE':
      if (type.storageKey === '/namespaces') throw methodNotAllowed();
      return deleteCollection(call);
    default:
      throw methodNotAllowed();
  }
}

async function onObject(call: ResourceCall): Promise<Reply> {
  const { cluster, type, path, request } = call;
  switch (request.method) {
    case 'GET':
      return { code: 200, body: inVersion(cluster, type, storedObject(call)) as JsonObject };
    case 'PUT': {
      const body = readBody(type, path.namespace, await readObject(request));
      checkNamed(path.name, body.metadata.name);
      const result = updateObject(cluster, writeRequest(call), storedObject(call), () => body);
      return { code: 200, body: result.object as JsonObject, warnings: result.warnings };
    }
    case 'PATCH': {
      const { object, created, warnings } = await patchObject(cluster, { ...path, type }, request);
      return { code: created ? 201 : 200, body: object as JsonObject, warnings };
    }
    case 'DELETE':
      if (path.subresource !== '') throw methodNotAllowed();
      return deleteOne(call);
    default:
      throw methodNotAllowed();
  }
}

/** Before anything is looked up: what is sent elsewhere than it says is a mistake of the client's. */
function checkNamed(onUrl: string, inBody: string): void {
  if (inBody === onUrl) return;
  throw badRequest(
    `the name of the object (${inBody}) does not match the name on the URL (${onUrl})`,
  );
}

async function deleteOne(call: ResourceCall): Promise<Reply> {
  const { cluster, type, path } = call;
  const request = await deleteRequest(call);
  const { object, gone } = deleteObject(cluster, request, storedObject(call));
  // Custom objects and pods answer with what is left of them, others with a Status once they are gone.
  if (!gone || type.storageKey === '/pods') return { code: 200, body: object as JsonObject };
  return {
    code: 200,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name: path.name,
        ...(type.group === '' ? {} : { group: type.group }),
        kind: type.plural,
        uid: object.metadata.uid ?? '',
      },
    },
  };
}

async function deleteCollection(call: ResourceCall): Promise<Reply> {
  const { cluster, type, path, request } = call;
  const options = await deleteRequest(call);
  const matches = selectorOf(request.query, type);
  const found = cluster.storage
    .list(type.storageKey, path.namespace === '' ? undefined : path.namespace)
    .filter(matches);
  // What the answer needs of a webhook is known before the first one is deleted.
  convertAll(found, (object) => inVersion(cluster, type, object));
  const items = found.map((object) => deleteObject(cluster, options, object).object);
  const metadata = { resourceVersion: String(cluster.storage.revision) };
  return { code: 200, body: listBody(type, { items, metadata }) };
}

const deleteOptions = { group: 'meta.k8s.io', kind: 'DeleteOptions' };
const policies: readonly PropagationPolicy[] = ['Orphan', 'Background', 'Foreground'];

/** DeleteOptions from the body and the query; the body wins. */
async function deleteRequest({ type, request }: ResourceCall): Promise<DeleteRequest> {
  const sent = await readObject(request);
  const body = isMap(sent) ? sent : {};
  const grace = request.query.get('gracePeriodSeconds');
  const preconditions = mapAt(body, 'preconditions');
  return {
    type,
    dryRun: isDryRun(request, stringList(body['dryRun'])),
    propagationPolicy: propagationPolicy(body, request.query),
    gracePeriodSeconds:
      numberAt(body, 'gracePeriodSeconds') ?? (grace === null ? undefined : Number(grace)),
    preconditions: {
      uid: stringAt(preconditions, 'uid'),
      resourceVersion: stringAt(preconditions, 'resourceVersion'),
    },
  };
}

function propagationPolicy(
  body: JsonObject,
  query: URLSearchParams,
): PropagationPolicy | undefined {
  const named = stringAt(body, 'propagationPolicy') ?? query.get('propagationPolicy');
  const orphan = body['orphanDependents'] ?? query.get('orphanDependents');
  if (named !== null && orphan !== undefined && orphan !== null) {
    const text = 'orphanDependents and deletionPropagation cannot be both set';
    throw invalid(deleteOptions, '', [invalidValue('propagationPolicy', named, text)]);
  }
  if (named === null && (orphan === true || orphan === 'true')) return 'Orphan';
  if (named === null) return undefined;
  const known = policies.find((policy) => policy === named);
  if (known !== undefined) return known;
  throw invalid(deleteOptions, '', [
    {
      field: 'propagationPolicy',
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(named)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    },
  ]);
}

function stringList(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
