/*
 * Reviews: questions about the caller that are answered and not stored (may I, who am I).
 */
import { timestamp, type Cluster } from './cluster.ts';
import { mapAt, stringAt, textOf, type JsonObject } from './objects.ts';
import type { User } from './request.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';

/** What a request does, as authorisation sees it. */
export interface AccessAttributes {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Decides whether a request is allowed. */
export type Access = (attributes: AccessAttributes) => boolean;

/** Answers a review sent by a user. */
export function answerReview(
  cluster: Cluster,
  type: ResourceType,
  asked: { body: JsonObject; user: User; access: Access; namespace: string },
): JsonObject {
  return {
    kind: type.kind,
    apiVersion: apiVersion(type),
    metadata: { creationTimestamp: timestamp(cluster.now()) },
    ...(asked.body['spec'] === undefined ? {} : { spec: asked.body['spec'] }),
    status: reviewStatus(type.kind, asked),
  };
}

function reviewStatus(
  kind: string,
  { body, user, access }: { body: JsonObject; user: User; access: Access },
): JsonObject {
  const spec = mapAt(body, 'spec') ?? {};
  const me: JsonObject = { username: user.name, groups: [...user.groups] };
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: me };
    case 'TokenReview':
      return { authenticated: true, user: me };
    case 'SelfSubjectRulesReview':
      return allRules();
    case 'SelfSubjectAccessReview':
      return verdict(access(attributesOf(spec, user)));
    default:
      return verdict(access(attributesOf(spec, namedUser(spec))));
  }
}

function verdict(allowed: boolean): JsonObject {
  return allowed ? { allowed: true } : { allowed: false, reason: '' };
}

/** The lab grants by a function, not by rules, so the list it can give is the widest one. */
function allRules(): JsonObject {
  return {
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  };
}

function namedUser(spec: JsonObject): User {
  const groups = spec['groups'];
  return {
    name: stringAt(spec, 'user') ?? '',
    groups: Array.isArray(groups) ? groups.map(textOf) : [],
  };
}

function attributesOf(spec: JsonObject, user: User): AccessAttributes {
  const asked = mapAt(spec, 'resourceAttributes');
  const read = (field: string): string => stringAt(asked, field) ?? '';
  return {
    user: user.name,
    groups: user.groups,
    verb:
      asked === undefined
        ? (stringAt(mapAt(spec, 'nonResourceAttributes'), 'verb') ?? '')
        : read('verb'),
    group: read('group'),
    resource: read('resource'),
    subresource: read('subresource'),
    namespace: read('namespace'),
    name: read('name'),
  };
}
