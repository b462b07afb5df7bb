// Which of the granted rights nobody used, beside those that are needed all the same.

import type { KubeObject } from '../../../src/actions/ports.ts';
import type { AskedRequest } from './limited-operator.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

interface Grant {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly names: readonly string[];
  /** Absent: cluster-wide. */
  readonly namespace: string | undefined;
}

/** As "list secrets in clusters". */
export function unusedGrants(
  manifests: readonly KubeObject[],
  asked: readonly AskedRequest[],
): readonly string[] {
  const grants = manifests.flatMap(grantsOf);
  return grants
    .filter((grant) => !asked.some((request) => allows(grant, request)))
    .filter((grant) => !isJustified(grant, grants))
    .map(describe);
}

function grantsOf(manifest: KubeObject): readonly Grant[] {
  const rules = (manifest['rules'] ?? []) as unknown as readonly Rule[];
  const { namespace } = manifest.metadata;
  return rules.flatMap((rule) =>
    rule.verbs.flatMap((verb) =>
      (rule.resources ?? rule.nonResourceURLs ?? []).map((resource) => ({
        verb,
        group: rule.apiGroups?.[0] ?? '',
        resource,
        names: rule.resourceNames ?? [],
        namespace: typeof namespace === 'string' ? namespace : undefined,
      })),
    ),
  );
}

function allows(grant: Grant, request: AskedRequest): boolean {
  return (
    grant.verb === request.verb &&
    (grant.group === '*' || grant.group === request.group) &&
    (grant.resource === '*' || grant.resource === request.resource) &&
    (grant.names.length === 0 || grant.names.includes(request.name)) &&
    (grant.namespace === undefined || grant.namespace === request.namespace)
  );
}

/** Needed, and yet used by no run in these worlds. */
const justified: readonly {
  readonly because: string;
  matches(grant: Grant, all: readonly Grant[]): boolean;
}[] = [
  {
    because: 'looked at again only after a conflict or a crash; and who may list it reads the same',
    matches: (grant, all) =>
      grant.verb === 'get' &&
      all.some(
        (other) =>
          other.verb === 'list' &&
          other.names.length === 0 &&
          other.namespace === grant.namespace &&
          other.resource === grant.resource &&
          other.group === grant.group,
      ),
  },
  {
    because:
      'for finalizers and owners, of which these have none here; on Routes only after a crash',
    matches: ({ verb, resource }) =>
      verb === 'patch' &&
      ['awsmachinetemplates', 'configmaps', 'routes', 'secrets', 'services'].includes(resource),
  },
  {
    because: 'the control planes of these worlds publish no names through Services',
    matches: ({ verb, resource }) =>
      resource === 'services' && (verb === 'create' || verb === 'delete'),
  },
  {
    because: 'a watch is opened only while what is waited for is not there at the first look',
    matches: ({ verb }) => verb === 'watch',
  },
  {
    because: 'only servers from 1.35 ask for it, where a command is run over WebSocket',
    matches: ({ verb, resource }) => verb === 'create' && resource === 'pods/exec',
  },
  {
    because:
      'asked by the admission plugin OwnerReferencesPermissionEnforcement, which OpenShift has',
    matches: ({ verb, resource }) => verb === 'update' && resource.endsWith('/finalizers'),
  },
];

function isJustified(grant: Grant, all: readonly Grant[]): boolean {
  return justified.some(({ matches }) => matches(grant, all));
}

function describe({ verb, group, resource, names, namespace }: Grant): string {
  const kind = group === '' ? resource : `${resource}.${group}`;
  const which = names.length === 0 ? '' : ` ${names.join(',')}`;
  return `${verb} ${kind}${which}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
