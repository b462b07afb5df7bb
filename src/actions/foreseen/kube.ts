// A cluster with the objects that earlier steps will make, change and remove. An object is shown in the version in which
// it was foreseen: asked for in another one, it is as the server has it.

import { DrctlError } from '../../engine/index.ts';
import { hasCode } from '../k8s/support/errors.ts';
import { groupBy } from '../k8s/support/group-by.ts';
import { groupOf, isNamespace, keyOf, namespaceOf, refOf } from '../k8s/support/objects.ts';
import { withValueAt, withoutPath } from '../k8s/support/json-tree.ts';
import { judgedAnew } from './judging.ts';
import type {
  KubeConsequence,
  KubeKind,
  KubeObject,
  KubeQuery,
  KubeReader,
  ObjectRef,
  Preview,
} from '../ports.ts';

export function foreseeKube(
  kube: KubeReader,
  consequences: readonly KubeConsequence[],
): KubeReader {
  if (consequences.length === 0) return kube;
  const ofObject = groupBy(consequences, (one) => keyOf(refOfConsequence(one)));
  const ofNamespace = groupBy(
    consequences.filter((one) => one.kind === 'gone' && isNamespace(one.ref)),
    (one) => refOfConsequence(one).name,
  );
  const order = new Map(consequences.map((one, index) => [one, index]));
  const isJudgedAnew = judgedAnew(consequences.map(refOfConsequence));

  /** In their order. */
  function about(ref: ObjectRef): readonly KubeConsequence[] {
    const own = ofObject.get(keyOf(ref)) ?? [];
    const around = ref.namespace === undefined ? [] : (ofNamespace.get(ref.namespace) ?? []);
    return around.length === 0
      ? own
      : [...own, ...around].toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  }

  async function* list(query: KubeQuery, signal: AbortSignal): AsyncIterable<KubeObject> {
    const made = madeFor(query);
    for await (const object of kube.list(query, signal)) {
      while (made[0] !== undefined && placeOf(made[0]) <= placeOf(object)) {
        const [next] = made.splice(0, 1);
        if (next !== undefined && placeOf(next) !== placeOf(object)) yield next;
      }
      const foreseen = after(object, about(refOf(object)));
      if (foreseen !== undefined) yield foreseen;
    }
    yield* made;
  }

  /** In order. Whether a selector finds what is not there yet is for the server to say: such an object is left out. */
  function madeFor(query: KubeQuery): KubeObject[] {
    if (query.labelSelector !== undefined || query.fieldSelector !== undefined) return [];
    const made = consequences
      .flatMap((one) => (one.kind === 'made' && isAskedFor(one.object, query) ? [one.object] : []))
      .filter((object) => query.namespace === undefined || namespaceOf(object) === query.namespace)
      .flatMap((object) => after(undefined, about(refOf(object))) ?? []);
    const each = new Map(made.map((object) => [placeOf(object), object]));
    return [...each.values()].toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  }

  /** The server can only judge what it has: not an object, its place or its definition as it will be. */
  async function previewed(ref: ObjectRef, ask: () => Promise<Preview>): Promise<Preview> {
    const isPlaceMade = about(namespaceRef(ref)).at(-1)?.kind === 'made';
    if (isPlaceMade || about(ref).length > 0 || isJudgedAnew(ref)) return { kind: 'unknown' };
    try {
      return await ask();
    } catch (error) {
      // Who decides about admission may look at other objects too, and those will be others by then.
      if (!hasCode(error, 'CLIENT_DENIED')) throw error;
      const { message, hint } = error;
      throw new DrctlError('CLIENT_DENIED', message, {
        cause: error.cause,
        retryable: true,
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }

  return {
    get: async (ref, signal) => {
      const coming = about(ref);
      const present = await kube.get(ref, signal);
      const foreseen = after(present, coming);
      return foreseen === undefined || isAskedFor(foreseen, ref) ? foreseen : present;
    },
    list,
    watch: (query, signal) => kube.watch(query, signal),
    preview: async (desired, options) =>
      previewed(refOf(desired), async () => kube.preview(desired, options)),
    previewCreate: async (object, signal) =>
      previewed(refOf(object), async () => kube.previewCreate(object, signal)),
    previewPatch: async (ref, options) =>
      previewed(ref, async () => kube.previewPatch(ref, options)),
    resource: async (kind, signal) => kube.resource(kind, signal),
    resources: async (signal) => kube.resources(signal),
    may: async (query, signal) => kube.may(query, signal),
    version: async (signal) => kube.version(signal),
    raw: async (path, signal) => kube.raw(path, signal),
  };
}

function refOfConsequence(one: KubeConsequence): ObjectRef {
  return one.kind === 'made' ? refOf(one.object) : one.ref;
}

function after(
  present: KubeObject | undefined,
  consequences: readonly KubeConsequence[],
): KubeObject | undefined {
  let object = present;
  for (const one of consequences) {
    if (one.kind === 'gone') object = undefined;
    else if (one.kind === 'made') object ??= one.object;
    else if (object !== undefined && isAskedFor(object, one.ref)) object = changed(object, one);
  }
  return object;
}

function changed(
  object: KubeObject,
  { fields }: Extract<KubeConsequence, { kind: 'changed' }>,
): KubeObject {
  return fields.reduce(
    (at: KubeObject, { path, after: value }) =>
      value === undefined ? withoutPath(at, path) : withValueAt(at, path, value),
    object,
  );
}

function isAskedFor({ apiVersion, kind }: KubeKind, wanted: KubeKind): boolean {
  return (
    kind === wanted.kind &&
    groupOf(apiVersion) === groupOf(wanted.apiVersion) &&
    (apiVersion === wanted.apiVersion ||
      apiVersion.endsWith('/*') ||
      wanted.apiVersion.endsWith('/*'))
  );
}

function namespaceRef({ namespace = '' }: ObjectRef): ObjectRef {
  return { apiVersion: 'v1', kind: 'Namespace', name: namespace };
}

function placeOf(object: KubeObject): string {
  return `${namespaceOf(object) ?? ''}/${object.metadata.name}`;
}
