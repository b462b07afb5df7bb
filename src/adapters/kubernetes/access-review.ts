// What the caller may do, asked of the server itself: SelfSubjectAccessReview, which every authenticated caller may make.

import type { AccessQuery } from '../../actions/ports.ts';
import type { JsonObject } from '../../engine/index.ts';
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';

/** CLIENT_NOT_FOUND for a kind that is not served. The kind "*" stands for every resource of every group. */
export async function reviewAccess(
  { connection, discovery }: { readonly connection: Connection; readonly discovery: Discovery },
  query: AccessQuery,
  signal: AbortSignal,
): Promise<boolean> {
  const { verb, subresource, namespace, name } = query;
  const resourceAttributes = {
    verb,
    ...(query.kind === '*' ? everyResource : await resourceOf(discovery, query, signal)),
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
  const about = `objects of kind ${query.kind}`;
  return review(connection, { spec: { resourceAttributes }, about, signal });
}

export function reviewPath(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const spec = { nonResourceAttributes: { path, verb: 'get' } };
  return review(connection, { spec, about: path, signal });
}

const everyResource = { group: '*', version: '*', resource: '*' };

async function resourceOf(discovery: Discovery, query: AccessQuery, signal: AbortSignal) {
  const { apiVersion, plural } = await discovery.get(query, signal);
  const slash = apiVersion.indexOf('/');
  return slash === -1
    ? { group: '', version: apiVersion, resource: plural }
    : {
        group: apiVersion.slice(0, slash),
        version: apiVersion.slice(slash + 1),
        resource: plural,
      };
}

async function review(
  connection: Connection,
  { spec, about, signal }: { spec: JsonObject; about: string; signal: AbortSignal },
): Promise<boolean> {
  const answer = await connection.json<{ readonly status?: { readonly allowed?: boolean } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    verb: 'ask about access to',
    object: about,
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec },
    signal,
  });
  return answer.status?.allowed === true;
}
