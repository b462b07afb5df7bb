// How needed permissions become rights in their places, roles and policies: pure tables.

import { describe, expect, it } from 'vitest';
import type { NeededPermission, Permission } from '../../../src/engine/index.ts';
import { iamPolicy } from '../../../src/cli/doctor/iam-policy.ts';
import { kubePolicy } from '../../../src/cli/doctor/kube-policy.ts';
import { rulesOf } from '../../../src/cli/doctor/kube-rules.ts';
import { knownKind } from '../../../src/cli/doctor/known-kinds.ts';
import { placeRights } from '../../../src/cli/doctor/place-rights.ts';
import type { ExaminedKube, KubeRight } from '../../../src/cli/doctor/rights.ts';

function need(verb: string, kind: string, rest: object = {}): NeededPermission {
  const permission = { system: 'kubernetes', target: 'k', apiVersion: 'v1', verb, kind, ...rest };
  return { permission: permission as Permission, uses: [{ as: 'step', id: verb }] };
}

const placed = (...needed: readonly NeededPermission[]): readonly KubeRight[] =>
  placeRights(needed, () => undefined);

const shown = (rights: readonly KubeRight[]): readonly string[] =>
  rights.map(
    ({ verb, served, namespace, name }) =>
      `${verb} ${served.plural} ${namespace ?? 'everywhere'}${name === undefined ? '' : ` ${name}`}`,
  );

describe('where a right is granted', () => {
  it('is in the namespace, where that is known', () => {
    const rights = placed(need('get', 'Secret', { namespace: 'a', name: 's' }));
    expect(shown(rights)).toEqual(['get secrets a s']);
  });

  it('is everywhere for a namespace that the run makes, and the reason is told', () => {
    const made = need('create', 'Namespace', { name: 'a', byName: true });
    const rights = placed(need('get', 'Secret', { namespace: 'a' }), made);
    expect(shown(rights)).toEqual(['get secrets everywhere', 'create namespaces everywhere a']);
    expect(rights[0]?.widened).toEqual(['the run makes namespace a itself']);
  });

  it('is everywhere for what is needed while the namespace goes', () => {
    const inside = { apiVersion: '*', namespace: 'a' };
    const rights = placed(
      need('list', '*', inside),
      need('list', '*', { ...inside, outlivesNamespace: true }),
    );
    expect(shown(rights)).toEqual(['list * everywhere']);
    expect(rights[0]?.uses).toHaveLength(1);
  });

  it('cannot be narrowed by name for what is made by a POST', () => {
    const rights = placed(need('create', 'Secret', { namespace: 'a', name: 's' }));
    expect(shown(rights)).toEqual(['create secrets a']);
  });

  it('is named once for the wider of two, but every kind stays a line of its own', () => {
    const rights = placed(
      need('get', 'Secret', { namespace: 'a', name: 's' }),
      need('get', 'Secret', { namespace: 'a' }),
      need('get', '*', { apiVersion: '*' }),
    );
    expect(shown(rights)).toEqual(['get secrets a', 'get * everywhere']);
  });

  it('is cluster-wide for a kind without namespaces, whatever namespace is written there', () => {
    const rights = placed(need('get', 'Node', { namespace: 'a', name: 'n' }));
    expect(shown(rights)).toEqual(['get nodes everywhere n']);
    expect(rights[0]?.widened).toEqual([]);
  });
});

describe('rules', () => {
  it('are as few as say the same, in a fixed order', () => {
    const place = { namespace: 'a' };
    const rights = placed(
      need('list', 'Secret', place),
      need('get', 'Secret', place),
      need('get', 'ConfigMap', place),
      need('list', 'ConfigMap', place),
      need('get', 'Pod', { ...place, name: 'p-2' }),
      need('get', 'Pod', { ...place, name: 'p-1' }),
      need('get', 'Pod', { ...place, subresource: 'exec' }),
    );
    const rules = [
      { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods'], resourceNames: ['p-1', 'p-2'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] },
    ];
    expect(rulesOf(rights)).toEqual(expect.arrayContaining(rules));
    expect(rulesOf(rights)).toHaveLength(rules.length);
    expect(rulesOf(rights.toReversed())).toEqual(rulesOf(rights));
  });
});

const examined = (rights: readonly KubeRight[], user: string | undefined): ExaminedKube => ({
  type: 'kubernetes',
  name: 'k',
  where: 'kubeconfig',
  mayBeDown: false,
  ...(user === undefined ? {} : { identity: { user, groups: [], knownFrom: 'server' } }),
  rights: rights.map((right) => ({ ...right, answer: { has: 'no' } })),
  paths: [],
});

function named(...needed: readonly NeededPermission[]): string | undefined {
  const options = { runbook: 'small', complete: false };
  return kubePolicy(examined(placed(...needed), 'jane'), options)?.manifests[0]?.metadata.name;
}

describe('bindings', () => {
  const rights = placed(need('get', 'Secret', { namespace: 'a' }));
  const options = { runbook: 'small', complete: true };

  it.each([
    ['a user', 'jane', [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }]],
    [
      'a service account',
      'system:serviceaccount:ops:drctl',
      [{ kind: 'ServiceAccount', namespace: 'ops', name: 'drctl' }],
    ],
  ])('name %s as RBAC does', (_what, user, subjects) => {
    const policy = kubePolicy(examined(rights, user), options);
    expect(policy?.manifests[1]).toMatchObject({ kind: 'RoleBinding', subjects });
  });

  it('are left out, and that is said, where nobody knows who the caller is', () => {
    const policy = kubePolicy(examined(rights, undefined), options);
    expect(policy?.manifests.map(({ kind }) => kind)).toEqual(['Role']);
    expect(policy?.remarks[0]).toContain('No bindings');
  });

  it('of what is missing never take the place of what was granted before', () => {
    const first = named(need('get', 'Secret', { namespace: 'a' }));
    const second = named(need('list', 'Secret', { namespace: 'a' }));
    expect(first).not.toBe(second);
    expect(first).toMatch(/^drctl-small-[0-9a-f]{8}$/);
  });

  it('say which resources are only guessed', () => {
    const odd = placed(need('get', 'Proxy', { apiVersion: 'example.com/v1', namespace: 'a' }));
    const policy = kubePolicy(examined(odd, 'jane'), options);
    expect(policy?.manifests[0]?.rules?.[0]?.resources).toEqual(['proxies']);
    expect(policy?.remarks.join()).toContain('Guessed, since no server could be asked: proxies');
  });
});

const right = (action: string, resource: string) => ({
  action,
  resource,
  uses: [],
  answer: { has: 'no' as const },
});

describe('an IAM policy', () => {
  it('has one statement for the resources with the same actions', () => {
    const policy = iamPolicy(
      {
        type: 'aws',
        name: 'aws',
        where: 'eu-1',
        region: 'eu-1',
        mayBeDown: false,
        rights: [
          right('s3:PutObject', 'arn:aws:s3:::b/x'),
          right('s3:GetObject', 'arn:aws:s3:::b/x'),
          right('s3:GetObject', 'arn:aws:s3:::b/y'),
          right('s3:PutObject', 'arn:aws:s3:::b/y'),
          right('s3:ListBucket', 'arn:aws:s3:::b'),
        ],
      },
      { complete: false },
    );
    expect(policy?.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: ['arn:aws:s3:::b/x', 'arn:aws:s3:::b/y'],
      },
      { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::b'] },
    ]);
  });
});

describe('kinds that no server was asked about', () => {
  it.each([
    ['v1', 'Secret', { plural: 'secrets', namespaced: true, knownFrom: 'table' }],
    [
      'networking.k8s.io/v1',
      'Ingress',
      { plural: 'ingresses', namespaced: true, knownFrom: 'table' },
    ],
    [
      'cluster.x-k8s.io/*',
      'MachineSet',
      { plural: 'machinesets', namespaced: true, knownFrom: 'table' },
    ],
    ['v1', 'Namespace', { plural: 'namespaces', namespaced: false, knownFrom: 'table' }],
    [
      'storage.k8s.io/v1',
      'StorageClass',
      { plural: 'storageclasses', namespaced: false, knownFrom: 'table' },
    ],
    ['example.com/v1', 'Gateway', { plural: 'gatewaies', namespaced: true, knownFrom: 'guess' }],
  ])('%s %s is %o', (apiVersion, kind, expected) => {
    expect(knownKind(apiVersion, kind)).toMatchObject(expected);
  });
});
