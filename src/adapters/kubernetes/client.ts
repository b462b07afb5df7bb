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
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { execCommand } from './exec.ts';
import { objectName, objectPath } from './paths.ts';
import { applyObject, createObject, patchObject } from './writes.ts';

export function createClient(
  reader: KubeReader,
  connection: Connection,
  discovery: Discovery,
): KubeClient {
  const server = { connection, discovery };
  return {
    ...reader,

    create: (object: KubeObject, signal: AbortSignal) =>
      createObject(server, object, { signal, dryRun: false }),

    apply: (desired: KubeObject, options: ApplyOptions) =>
      applyObject(server, desired, { ...options, dryRun: false }),

    patch: (ref: ObjectRef, options: PatchOptions) =>
      patchObject(server, ref, { ...options, dryRun: false }),

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
