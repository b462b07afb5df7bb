// Everything that only reads. A separate object without any writing method: what planning gets cannot write.

import type {
  AccessQuery,
  KubeKind,
  KubeObject,
  KubeQuery,
  KubeReader,
  ObjectRef,
} from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import { reviewAccess } from './access-review.ts';
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { listObjects } from './list.ts';
import { objectName, objectPath } from './paths.ts';
import { createPreviews } from './previews.ts';
import { watchObjects } from './watch.ts';

export function createReader(connection: Connection, discovery: Discovery): KubeReader {
  return {
    async get(ref: ObjectRef, signal: AbortSignal) {
      const resource = await discovery.get(ref, signal);
      try {
        return await connection.json<KubeObject>({
          method: 'GET',
          path: objectPath(resource, ref),
          verb: 'get',
          object: objectName(ref),
          signal,
        });
      } catch (error) {
        if (error instanceof DrctlError && error.code === 'CLIENT_NOT_FOUND') return undefined;
        throw error;
      }
    },

    async *list(query: KubeQuery, signal: AbortSignal) {
      const resource = await discovery.get(query, signal);
      yield* listObjects({ connection, resource, query, signal });
    },

    async *watch(query: KubeQuery, signal: AbortSignal) {
      const resource = await discovery.get(query, signal);
      yield* watchObjects({ connection, resource, query, signal });
    },

    ...createPreviews(connection, discovery),

    resource: (kind: KubeKind, signal: AbortSignal) => discovery.find(kind, signal),

    resources: (signal: AbortSignal) => discovery.all(signal),

    may: (query: AccessQuery, signal: AbortSignal) =>
      reviewAccess({ connection, discovery }, query, signal),

    async version(signal: AbortSignal) {
      const answer = await connection.json<{ readonly gitVersion?: string }>({
        method: 'GET',
        path: '/version',
        verb: 'get',
        object: 'the version',
        signal,
      });
      return answer.gitVersion ?? 'unknown';
    },

    raw: (path: string, signal: AbortSignal) =>
      connection.raw({ method: 'GET', path, verb: 'get', object: path, signal }),
  };
}
