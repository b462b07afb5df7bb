/*
 * Reviews: questions about the caller that are answered and not stored (may I, who am I).
 */
import { invalidValue } from './field-errors.ts';
import { mapAt, stringAt, textOf, type JsonObject } from './objects.ts';
import type { User } from './request.ts';
import { apiVersion, type ResourceType } from './resource-type.ts';
import { invalid } from './status-error.ts';

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
  /** Of a request for no resource: "/readyz". */
  readonly path: string;
}

/** Decides whether a request is allowed. */
export type Access = (attributes: AccessAttributes) => boolean;

/** Answers a review sent by a user. */
export function answerReview(
  type: ResourceType,
  asked: { body: JsonObject; user: User; access: Access; namespace: string },
): JsonObject {
  checkAsksSomething(type, asked.body);
  return {
    kind: type.kind,
    apiVersion: apiVersion(type),
    metadata: { creationTimestamp: null },
    ...(asked.body['spec'] === undefined ? {} : { spec: asked.body['spec'] }),
    status: reviewStatus(type.kind, asked),
  };
}

function checkAsksSomething(type: ResourceType, body: JsonObject): void {
  if (!type.kind.endsWith('AccessReview')) return;
  const spec = mapAt(body, 'spec') ?? {};
  const asked = ['resourceAttributes', 'nonResourceAttributes'].filter(
    (field) => spec[field] !== undefined,
  );
  if (asked.length === 1) return;
  const text = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  throw invalid({ group: type.group, kind: '' }, '', [
    invalidValue('spec.resourceAttributes', 'null', text),
  ]);
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
  const other = mapAt(spec, 'nonResourceAttributes');
  const read = (field: string): string => stringAt(asked, field) ?? '';
  return {
    user: user.name,
    groups: user.groups,
    verb: asked === undefined ? (stringAt(other, 'verb') ?? '') : read('verb'),
    path: stringAt(other, 'path') ?? '',
    group: read('group'),
    resource: read('resource'),
    subresource: read('subresource'),
    namespace: read('namespace'),
    name: read('name'),
  };
}
