/*
 * What a request is for authorisation, and the refusal of what is not allowed.
 */
import { patchTypes } from './patch-object.ts';
import { mediaType, type Request } from './request.ts';
import type { ResourceCall } from './resource-call.ts';
import type { Access, AccessAttributes } from './reviews.ts';
import { forbidden } from './status-error.ts';

/** Who decides, and who is told. */
export interface Authorizer {
  readonly access: Access;
  /** Told of every request for a resource, refused ones included. */
  readonly audit?: ((attributes: AccessAttributes) => void) | undefined;
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  GET: 'get',
};

/** What a request does to one object, or to a collection. */
export function verbOf({ request, path }: Pick<ResourceCall, 'request' | 'path'>): string {
  const verb = verbs[request.method] ?? request.method.toLowerCase();
  if (path.name !== '') return verb;
  if (verb === 'get') return 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** What a call does, for authorisation. */
export function attributesOf(
  { type, path, request }: Pick<ResourceCall, 'type' | 'path' | 'request'>,
  verb: string,
): AccessAttributes {
  return {
    user: request.user.name,
    groups: request.user.groups,
    verb,
    group: type.group,
    resource: type.plural,
    subresource: path.subresource,
    namespace: path.namespace,
    name: path.name === '' ? onlyName(request) : path.name,
    path: '',
  };
}

/** A collection of which one object is asked for by its name is authorised as that object. */
function onlyName({ query }: Request): string {
  const terms = (query.get('fieldSelector') ?? '').split(',');
  const names = terms.flatMap((term) => /^metadata\.name==?([^=]+)$/.exec(term)?.[1] ?? []);
  return names[0] ?? '';
}

/** Server-side apply of what is not there: a patch that makes an object, for which one must be allowed to create it. */
export function mayCreate({ cluster, type, path, request }: ResourceCall): boolean {
  return (
    request.method === 'PATCH' &&
    path.subresource === '' &&
    mediaType(request.contentType) === patchTypes.apply &&
    cluster.storage.get(type.storageKey, path.namespace, path.name) === undefined
  );
}

/** Throws 403 when access is denied. Reviews about oneself are for everyone. */
export function authorize({ access, audit }: Authorizer, attributes: AccessAttributes): void {
  audit?.(attributes);
  if (attributes.resource.startsWith('selfsubject') || access(attributes)) return;
  const { group, resource, subresource, verb, user, namespace, name } = attributes;
  const shown = subresource === '' ? resource : `${resource}/${subresource}`;
  const scope =
    namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const refusal = forbidden(
    { group, plural: resource },
    name,
    `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(shown)} in API group ${JSON.stringify(group)} ${scope}`,
  );
  throw refusal;
}
