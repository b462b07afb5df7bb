// Everything that writes, on top of the reader.

import type {
  ApplyOptions,
  DeleteOptions,
  ExecRequest,
  KubeClient,
  KubeObject,
  KubeReader,
  ObjectRef,
  PatchOptions,
} from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { applyObject, refOf } from './apply.ts';
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { execCommand } from './exec.ts';
import { collectionPath, objectName, objectPath, queryText, requireNamespace } from './paths.ts';
import { STRICT } from './settings.ts';

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

export function createClient(
  reader: KubeReader,
  connection: Connection,
  discovery: Discovery,
): KubeClient {
  return {
    ...reader,

    async create(object: KubeObject, signal: AbortSignal) {
      const resource = await discovery.get(object, signal);
      const ref = refOf(object);
      requireNamespace(resource, ref.namespace, ref.name);
      return connection.json<KubeObject>({
        method: 'POST',
        path: collectionPath(resource, ref.namespace) + queryText({ fieldValidation: STRICT }),
        verb: 'create',
        object: objectName(ref),
        body: { ...object, apiVersion: resource.apiVersion },
        signal,
      });
    },

    apply: (desired: KubeObject, options: ApplyOptions) =>
      applyObject({ connection, discovery }, desired, { ...options, dryRun: false }),

    async patch(ref: ObjectRef, options: PatchOptions) {
      const resource = await discovery.get(ref, options.signal);
      const subresource = options.subresource === undefined ? '' : `/${options.subresource}`;
      return connection.json<KubeObject>({
        method: 'PATCH',
        path: objectPath(resource, ref) + subresource + queryText({ fieldValidation: STRICT }),
        verb: 'patch',
        object: objectName(ref),
        body: options.patch,
        contentType: patchTypes[options.type],
        signal: options.signal,
      });
    },

    async delete(ref: ObjectRef, options: DeleteOptions) {
      const resource = await discovery.find(ref, options.signal);
      // A kind that is no longer served has no objects left.
      if (resource === undefined) return;
      try {
        await connection.json({
          method: 'DELETE',
          path: objectPath(resource, ref),
          verb: 'delete',
          object: objectName(ref),
          body: {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            // Said explicitly: for some old kinds the server's own default leaves dependents behind.
            propagationPolicy: options.propagation ?? 'Background',
            ...(options.uid === undefined ? {} : { preconditions: { uid: options.uid } }),
            ...(options.gracePeriodSeconds === undefined
              ? {}
              : { gracePeriodSeconds: options.gracePeriodSeconds }),
          },
          signal: options.signal,
        });
      } catch (error) {
        if (!(error instanceof DrctlError)) throw error;
        if (error.code === 'CLIENT_NOT_FOUND') return;
        if (error.code !== 'CLIENT_CONFLICT' || options.uid === undefined) throw error;
        // A second attempt would only meet the other object again.
        throw new DrctlError('CLIENT_CONFLICT', error.message, { cause: error.cause });
      }
    },

    exec: (request: ExecRequest) => execCommand(connection, request),
  };
}
