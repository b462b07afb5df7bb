// The Kubernetes actions as kubectl commands; oc takes the same.

import { stringify } from 'yaml';
import type { JsonObject } from '../../engine/index.ts';
import { given, objects, text, texts } from './params.ts';
import type { ByHand, Places } from './place.ts';
import { line, remark, word } from './shell.ts';

const LINE_WIDTH = 0;

export const kubeByHand: Readonly<Record<string, ByHand>> = {
  'k8s.get': (params, places) => [get(params, places)],
  'k8s.list': (params, places) => [get(params, places), ...only(params)],
  'k8s.assert': (params, places) => [
    ...looked(params, places),
    ...only(params),
    ...mustHold(params),
  ],
  'k8s.wait': (params, places) => [
    given(params, 'path') === undefined
      ? get(params, places)
      : kubectl(params, places, 'get', '--raw', text(params, 'path')),
    ...only(params),
    remark(`Again, until ${waitedFor(params)}`),
  ],
  'k8s.patch': (params, places) => [
    ...only(params),
    ...each(params, (name) =>
      kubectl(
        params,
        places,
        'patch',
        kindOf(params),
        name,
        ...inNamespace(params),
        ...patchOf(params),
      ),
    ),
  ],
  'k8s.apply': (params, places) => {
    const manifests = objects(params['manifests']);
    const from = given(params, 'file') ?? given(params, 'folder') ?? '-';
    const force = params['force'] === true ? ['--force-conflicts'] : [];
    const apply = ['apply', '--server-side', ...force, ...inNamespace(params), '-f', from];
    const command = kubectl(params, places, ...apply);
    if (from !== '-') return [command];
    const yaml = manifests.map((one) => stringify(one, { lineWidth: LINE_WIDTH })).join('---\n');
    return [`${command} <<'YAML'\n${yaml}YAML`];
  },
  'k8s.delete': (params, places) => [
    ...only(params),
    ...kindsOf(params).flatMap((kind) => [
      ...(params['finalizers'] === 'remove' ? withoutFinalizers(params, places, kind) : []),
      ...eachOf(params, (name) =>
        kubectl(params, places, 'delete', kind, name, ...inNamespace(params), ...waits(params)),
      ),
    ]),
    ...(params['contents'] === 'removeFinalizers'
      ? [
          remark(
            'While it is being deleted: strip the finalizers of everything left in it, as above, or it hangs',
          ),
        ]
      : []),
  ],
  'k8s.scale': (params, places) => [
    ...only(params),
    ...workloads(params).flatMap((kind) =>
      eachOf(params, (name) =>
        kubectl(
          params,
          places,
          'scale',
          kind,
          name,
          ...inNamespace(params),
          `--replicas=${text(params, 'replicas')}`,
        ),
      ),
    ),
    remark('Write down how many replicas each had, for the way back'),
  ],
  'k8s.exec': (params, places) => [execIn(params, places, texts(params, 'command'))],
  'k8s.export': (params, places) =>
    objects(params['select']).flatMap((select) => {
      const one = { ...select, target: params['target'] ?? '' };
      const file = `${text(params, 'to')}/${given(select, 'as') ?? text(select, 'kind')}.yaml`;
      return [...only(select), `${get(one, places)} > ${word(file)}`];
    }),
  'k8s.restore': (params, places) => [
    remark(
      `From the files of ${text(params, 'from')}: ${selected(params)}; take away metadata.uid, resourceVersion, creationTimestamp, managedFields, ownerReferences of objects that are not there, and status`,
    ),
    ...(params['transform'] === undefined
      ? []
      : [remark(`Changed like this: ${JSON.stringify(params['transform'])}`)]),
    kubectl(params, places, 'create', '-f', `${text(params, 'from')}/`),
  ],
};

/** For other areas that work through pods, too. */
export function execIn(params: JsonObject, places: Places, command: readonly string[]): string {
  const container = given(params, 'container');
  const pod = given(params, 'pod') ?? `<a pod with ${text(params, 'selector')}>`;
  const where = [
    ...inNamespace(params),
    pod,
    ...(container === undefined ? [] : ['-c', container]),
  ];
  return kubectl(params, places, 'exec', ...where, '--', ...command);
}

export function kubectl(params: JsonObject, places: Places, ...words: readonly string[]): string {
  return line('kubectl', ...places(text(params, 'target')), ...words);
}

function get(params: JsonObject, places: Places): string {
  const selector = given(params, 'selector');
  const fields = given(params, 'fieldSelector');
  const names = [...texts(params, 'name'), ...texts(params, 'names')];
  return kubectl(
    params,
    places,
    'get',
    kindOf(params),
    ...names,
    ...(given(params, 'namespace') === undefined && names.length === 0
      ? ['-A']
      : inNamespace(params)),
    ...(selector === undefined ? [] : ['-l', selector]),
    ...(fields === undefined ? [] : [`--field-selector=${fields}`]),
    '-o',
    'yaml',
  );
}

function looked(params: JsonObject, places: Places): readonly string[] {
  const serves = objects(params['serves']).map((kind) =>
    kubectl(params, places, 'get', kindOf(kind), '--all-namespaces', '--limit=1'),
  );
  const may = objects(params['may']).map((right) => {
    const sub = given(right, 'subresource');
    const what = sub === undefined ? kindOf(right) : `${kindOf(right)}/${sub}`;
    return kubectl(
      params,
      places,
      'auth',
      'can-i',
      text(right, 'verb'),
      what,
      ...inNamespace(right),
    );
  });
  return given(params, 'kind') === undefined ? [...serves, ...may] : [get(params, places)];
}

/** "nodepools.hypershift.openshift.io" would need discovery; kubectl takes the kind in this form, too. */
function kindOf(params: JsonObject): string {
  const [group, version] = text(params, 'apiVersion').split('/');
  const kind = text(params, 'kind');
  if (version === undefined) return kind;
  return version === '*' ? `${kind}.${group ?? ''}` : `${kind}.${version}.${group ?? ''}`;
}

const kindsOf = (params: JsonObject): readonly string[] =>
  params['kinds'] === undefined ? [kindOf(params)] : objects(params['kinds']).map(kindOf);

function workloads(params: JsonObject): readonly string[] {
  const kinds = [...texts(params, 'kind'), ...texts(params, 'kinds')];
  return kinds.length === 0 ? ['Deployment', 'StatefulSet'] : kinds;
}

function inNamespace(params: JsonObject): readonly string[] {
  const namespace = given(params, 'namespace');
  return namespace === undefined ? [] : ['-n', namespace];
}

/** One command for each name that is known, else one with what a person has to fill in. */
function each(params: JsonObject, command: (name: string) => string): readonly string[] {
  const names = [...texts(params, 'name'), ...texts(params, 'names')];
  return (names.length === 0 ? ['<each of them>'] : names).map(command);
}

/** As `each`, where kubectl itself can select. */
function eachOf(params: JsonObject, command: (name: string) => string): readonly string[] {
  if (given(params, 'where') !== undefined) return each(params, command);
  const selector = given(params, 'selector');
  if (selector !== undefined) return [command(`--selector=${selector}`)];
  return params['all'] === true ? [command('--all')] : each(params, command);
}

function withoutFinalizers(params: JsonObject, places: Places, kind: string): readonly string[] {
  const patch = ['--type=merge', '-p', '{"metadata":{"finalizers":null}}'];
  return each(params, (name) =>
    kubectl(params, places, 'patch', kind, name, ...inNamespace(params), ...patch),
  );
}

function patchOf(params: JsonObject): readonly string[] {
  const type = given(params, 'type') ?? 'merge';
  return [`--type=${type}`, '-p', JSON.stringify(params['patch'] ?? {})];
}

const waits = (params: JsonObject): readonly string[] =>
  params['waitUntilGone'] === false ? ['--wait=false'] : [];

function only(params: JsonObject): readonly string[] {
  const where = given(params, 'where');
  return where === undefined ? [] : [remark(`Only those for which: ${where}`)];
}

function mustHold(params: JsonObject): readonly string[] {
  const that = given(params, 'that');
  const presence = params['presence'] === 'forbidden' ? [remark('There must be none')] : [];
  return [...presence, ...(that === undefined ? [] : [remark(`Must hold: ${that}`)])];
}

function waitedFor(params: JsonObject): string {
  const parts = [
    ...(given(params, 'for') === undefined ? [] : [`it is ${text(params, 'for')}`]),
    ...(given(params, 'condition') === undefined ? [] : [text(params, 'condition')]),
    ...(given(params, 'count') === undefined ? [] : [`there are ${text(params, 'count')}`]),
    ...(given(params, 'that') === undefined ? [] : [text(params, 'that')]),
  ];
  return parts.length === 0 ? 'it answers' : parts.join(', and ');
}

function selected(params: JsonObject): string {
  const kinds = objects(params['select']).map((select) => text(select, 'kind'));
  return kinds.length === 0 ? 'all of them' : kinds.join(', ');
}
