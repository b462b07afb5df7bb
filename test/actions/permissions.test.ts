// Which permissions a runbook needs: rows of steps, and what is collected for them. What is not known before the run
// widens; what is known does not.

import { describe, expect, it } from 'vitest';
import { builtinActions } from '../../src/actions/index.ts';
import type { DrPorts } from '../../src/actions/ports.ts';
import {
  collectPermissions,
  createRegistry,
  loadRunbookFromSources,
  resolveEnv,
} from '../../src/engine/index.ts';
import type { CollectedPermissions, Permission } from '../../src/engine/index.ts';

const registry = createRegistry<DrPorts>(builtinActions);

const head = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: small, version: 1.0.0 }
env:
  NS: { default: work }
  SWITCH: { type: boolean, default: false }
  NAMES: { default: '["a","b"]' }
targets:
  k: { type: kubernetes, kubeconfig: some-file }
  aws: { type: aws, region: eu-central-1 }
`;

async function collect(body: string, forcedRollback = false): Promise<CollectedPermissions> {
  const runbook = await loadRunbookFromSources(
    [{ path: 'small.yaml', text: head + body }],
    registry,
  );
  const { values } = resolveEnv({ declarations: runbook.env, files: [], set: {}, process: {} });
  return collectPermissions({ runbook, registry, env: values, forcedRollback });
}

/** "get Secret work/s: read" */
function shown({ needed }: CollectedPermissions): readonly string[] {
  return needed.map(({ permission, uses }) => {
    const whom = uses.map(({ as, id }) => (as === 'step' ? id : `${as} ${id}`)).join(', ');
    return `${describePermission(permission)}: ${whom}`;
  });
}

function describePermission(permission: Permission): string {
  if (permission.system === 'aws') return `${permission.action} ${permission.resource.slice(8)}`;
  if ('path' in permission) return `${permission.verb} ${permission.path}`;
  const { verb, kind, subresource, namespace, name, outlivesNamespace } = permission;
  const what = subresource === undefined ? kind : `${kind}/${subresource}`;
  const place = [namespace ?? '', name ?? ''].join('/').replace(/^\/$/, 'everywhere');
  return `${verb} ${what} ${place}${outlivesNamespace === true ? ' (outlives it)' : ''}`;
}

const steps = (...lines: readonly string[]): string =>
  `phases:\n  - id: p\n    steps:\n${lines.map((line) => `      - ${line}\n`).join('')}`;

const secret = (rest: string): string =>
  `with: { target: k, apiVersion: v1, kind: Secret, ${rest} }`;

describe('of a step', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'an object by its name is that object alone',
      steps(`{ id: read, action: k8s.get, ${secret('namespace: "{{env.NS}}", name: s')} }`),
      ['get Secret work/s: read'],
    ],
    [
      'a selection is every object of the kind in the place',
      steps(`{ id: read, action: k8s.assert, ${secret('namespace: work, selector: "a=b"')} }`),
      ['list Secret work/: read'],
    ],
    [
      'a wait lists and watches, by name where it is for one object',
      steps(
        `{ id: one, action: k8s.wait, ${secret('namespace: work, name: s')} }`,
        `{ id: path, action: k8s.wait, with: { target: k, path: /readyz } }`,
      ),
      ['list Secret work/s: one', 'watch Secret work/s: one', 'get /readyz: path'],
    ],
    [
      'a change of what is selected is a change of any of the kind, and so is its undo',
      steps(
        `{ id: mark, action: k8s.patch, ${secret('namespace: work, all: true, patch: { a: b }')} }`,
      ),
      ['list Secret work/: mark', 'get Secret work/: mark', 'patch Secret work/: mark'],
    ],
    [
      'scaling writes the subresource, not the workload, and watches both it and its pods',
      steps(
        '{ id: stop, action: k8s.scale, with: { target: k, namespace: work, kind: Deployment, names: [a], replicas: 0 } }',
      ),
      [
        'get Deployment work/a: stop',
        'patch Deployment/scale work/a: stop',
        'list Pod work/: stop',
        'watch Pod work/: stop',
        'list Deployment work/a: stop',
        'watch Deployment work/a: stop',
      ],
    ],
    [
      'a command in a pod is asked for as GET and as CREATE',
      steps(
        '{ id: run, action: k8s.exec, with: { target: k, namespace: work, pod: p, command: [ls] } }',
      ),
      ['create Pod/exec work/p: run', 'get Pod/exec work/p: run'],
    ],
    [
      'freeing a namespace needs everything in it, also while it goes',
      steps(
        '{ id: end, action: k8s.delete, with: { target: k, apiVersion: v1, kind: Namespace, name: work, contents: removeFinalizers } }',
      ),
      [
        'get Namespace /work: end, undo end',
        'delete Namespace /work: end',
        'list Namespace /work: end, undo end',
        'watch Namespace /work: end, undo end',
        'list * work/ (outlives it): end',
        'patch * work/ (outlives it): end',
        'create Namespace /work: undo end',
        'patch Namespace /work: undo end',
        'update Namespace/finalizers /work: undo end',
      ],
    ],
    [
      'giving rights to others needs bind, or escalate',
      steps(
        `{ id: grant, action: k8s.apply, with: { target: k, manifests: [{ apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: { name: b, namespace: work }, roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view } }] } }`,
      ),
      [
        'get RoleBinding work/b: grant',
        'patch RoleBinding work/b: grant',
        'create RoleBinding work/b: grant',
        'bind ClusterRole /view: grant',
        'delete RoleBinding work/b: undo grant',
        'list RoleBinding work/b: undo grant',
        'watch RoleBinding work/b: undo grant',
      ],
    ],
    [
      'a key that the run names is known in part',
      steps(
        '{ id: look, action: s3.assert, with: { target: aws, bucket: b-1, key: "x/{{run.id}}.db" } }',
      ),
      [
        's3:ListBucket s3:::b-1: look',
        's3:GetBucketVersioning s3:::b-1: look',
        's3:GetObject s3:::b-1/x/*.db: look',
      ],
    ],
  ];

  it.each(rows)('%s', async (_rule, body, expected) => {
    expect(shown(await collect(body))).toEqual(expected);
  });
});

const check = (id: string): string =>
  `{ id: ${id}, action: k8s.assert, ${secret(`namespace: work, name: ${id}`)} }`;
const producer = `{ id: find, action: k8s.list, ${secret('namespace: work, extract: { n: "1" }')} }`;

describe('what is not known before the run', () => {
  it.each([
    [
      'a name means every name',
      'namespace: work, name: "{{steps.find.outputs.values.n}}"',
      'work/',
    ],
    [
      'a namespace means every namespace',
      'namespace: "{{steps.find.outputs.values.n}}", name: s',
      '/s',
    ],
  ])('%s', async (_rule, rest, place) => {
    const body = steps(producer, `{ id: read, action: k8s.get, ${secret(rest)} }`);
    expect(shown(await collect(body))).toContain(`get Secret ${place}: read`);
  });

  it('an item of a list that a step gives is not known, one of a given list is', async () => {
    const given = `{ id: each, forEach: "['a', 'b']", key: item, action: k8s.get, ${secret('namespace: work, name: "{{item}}"')} }`;
    expect(shown(await collect(steps(given)))).toEqual([
      'get Secret work/a: each',
      'get Secret work/b: each',
    ]);
    const found = given.replace(`"['a', 'b']"`, 'steps.find.outputs.items');
    expect(shown(await collect(steps(producer, found)))).toContain('get Secret work/: each');
  });

  it('a step is left out only when it is surely not carried out', async () => {
    const never = `{ id: never, when: env.SWITCH, action: k8s.get, ${secret('namespace: work, name: a')} }`;
    const perhaps = `{ id: perhaps, when: steps.find.outputs.count > 0, action: k8s.get, ${secret('namespace: work, name: b')} }`;
    expect(shown(await collect(steps(producer, never, perhaps)))).toEqual([
      'list Secret work/: find',
      'get Secret work/b: perhaps',
    ]);
  });
});

const exporting = `{ id: save, action: k8s.export, with: { target: k, to: objects, select: [{ apiVersion: apps/v1, kind: Deployment, namespace: work, all: true }], references: { kinds: [Secret] } } }`;
const restoring = `{ id: back, action: k8s.restore, with: { target: k, from: "{{steps.save.outputs.artifact}}", select: [{ kind: Secret }], namespaces: { work: there }, ownerReferences: drop } }`;

describe('a restore', () => {
  it('knows its kinds and namespaces from the export that it restores', async () => {
    const lines = shown(await collect(steps(exporting, restoring)));
    expect(lines.filter((line) => line.includes('there'))).toEqual([
      'get Secret there/: back',
      'create Secret there/: back',
      'list Secret there/: back, undo back',
      'patch Secret there/: undo back',
      'delete Secret there/: undo back',
      'watch Secret there/: undo back',
    ]);
  });

  it('may restore anything anywhere when the runbook makes no export', async () => {
    const lines = shown(await collect(steps(restoring.replace(/"\{\{.*\}\}"/, 'objects'))));
    expect(lines).toContain('create * everywhere: back');
  });
});

describe('undo', () => {
  const marking = `{ id: mark, action: k8s.apply, with: { target: k, manifests: [{ apiVersion: v1, kind: Secret, metadata: { name: s, namespace: work } }] } }`;

  it('the runbook’s own rollback stands in the place of the action’s', async () => {
    const rollback = `rollback:\n  mark:\n    - { id: undo-mark, action: k8s.get, ${secret('namespace: work, name: other')} }\n`;
    const lines = shown(await collect(steps(marking) + rollback));
    expect(lines).toContain('get Secret work/other: undo mark');
    expect(lines.filter((line) => line.startsWith('delete'))).toEqual([]);
  });

  it('what comes after a point of no return is undone only by force, or when its phase ends', async () => {
    const past = steps(marking).replace('- id: p', '- id: p\n    pointOfNoReturn: true');
    const deleting = 'delete Secret work/s: undo mark';
    expect(shown(await collect(past))).not.toContain(deleting);
    expect(shown(await collect(past, true))).toContain(deleting);
    const deferred = past.replace('id: mark,', 'id: mark, deferUndo: true,');
    expect(shown(await collect(deferred))).toContain(deleting);
  });
});

describe('beside steps', () => {
  it('preconditions and guards count too', async () => {
    const body = `preconditions: [${check('before')}]\nphases:\n  - id: p\n    guards: [${check('always')}]\n    steps: [${producer}]\n`;
    expect(shown(await collect(body))).toEqual([
      'get Secret work/before: precondition before',
      'get Secret work/always: guard always',
      'list Secret work/: find',
    ]);
  });

  it('a step whose target is known only during the run is named', async () => {
    const later = `{ id: read, action: k8s.get, with: { target: "{{steps.find.outputs.values.n}}", apiVersion: v1, kind: Secret, name: s } }`;
    expect((await collect(steps(producer, later))).withoutTarget).toEqual(['step read']);
  });
});
