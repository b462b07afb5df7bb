// What a restore is going to put where: the chosen objects of an export, in the order in which they must come, as they
// will be on the new cluster. Everything here but the look at the served versions is pure.

import { DrctlError, counted } from '../../../engine/index.ts';
import type { Json, ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { readExported, readIndex } from './exported.ts';
import type { ExportedObject } from './exported.ts';
import { groupBy } from './group-by.ts';
import {
  isJsonObject,
  parsePath,
  sameJson,
  valueAt,
  withValueAt,
  withoutPath,
} from './json-tree.ts';
import type { Path } from './json-tree.ts';
import {
  describeObject,
  groupOf,
  isNamespace,
  isOfKind,
  keyOf,
  namespaceOf,
  refOf,
  uidOf,
} from './objects.ts';
import { ownersOf, sanitized } from './sanitize.ts';
import { isWanted } from './selection.ts';

interface Rule {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly where?: string;
  readonly path: string;
}

export interface RestoreParams {
  readonly target: string;
  readonly from: string;
  readonly select?: readonly {
    readonly apiVersion?: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly where?: string;
  }[];
  readonly set?: readonly (Rule & { readonly value: Json; readonly onlyAtCreation?: boolean })[];
  readonly unset?: readonly (Rule & { readonly value?: Json })[];
  readonly namespaces?: Readonly<Record<string, string>>;
  readonly ownerReferences?: 'rebuild' | 'drop';
  readonly existing?: 'fail' | 'keep' | 'update';
  readonly concurrency?: number;
}

export interface RestoreItem {
  readonly exported: KubeObject;
  /** Without owner references: those can be made only once the owners exist. */
  readonly desired: KubeObject;
  /** Fields that count only when the object is made. */
  readonly onlyAtCreation: readonly Path[];
  /** Nothing that was set in it stands for a value that is known only later. */
  readonly isComplete: boolean;
  /** Others are restored before it. */
  readonly comesLater: boolean;
}

/** Groups that may be made at once; each only after the ones before. */
type RestoreOrder = readonly (readonly RestoreItem[])[];

/** CLIENT_NOT_FOUND for an absent artifact, DATA_CORRUPT, SELECTION_EMPTY. */
export async function planRestore(
  wanted: RestoreParams,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): Promise<RestoreOrder> {
  const found = await readIndex(ctx.readers.artifacts, wanted.from);
  if (found === undefined) {
    throw new DrctlError('CLIENT_NOT_FOUND', `There is no export "${wanted.from}"`, {
      hint: 'Does the step that makes it come before this one?',
    });
  }
  const files = found.index.objects.filter((file) => mayBeChosen(wanted, file));
  const exported = await readExported(ctx.readers.artifacts, wanted.from, found.index, files);
  const chosen = exported.filter((object) => isChosen(wanted, ctx, object));
  if (chosen.length === 0) {
    throw new DrctlError('SELECTION_EMPTY', `Nothing of "${wanted.from}" is to be restored`, {
      hint: `It holds ${counted(found.index.objects.length, 'object')}; look at its index.json`,
    });
  }
  await checkVersions(kube, ctx, chosen);
  return inCreationOrder(chosen).map((stage, index) =>
    stage.map((object) => ({ ...restoreItem(wanted, ctx, object), comesLater: index > 0 })),
  );
}

/**
 * What other restores of the same export may have put there already without its owners, since these come only now:
 * objects that are not restored here, and are owned by some that are.
 */
export async function ownedByRestored(
  { from }: RestoreParams,
  ctx: ReadContext<DrPorts>,
  items: readonly RestoreItem[],
): Promise<readonly KubeObject[]> {
  const found = await readIndex(ctx.readers.artifacts, from);
  const owners = new Set(items.map(({ exported }) => uidOf(exported)));
  const here = new Set(items.map(({ exported }) => keyOf(refOf(exported))));
  if (found === undefined) return [];
  const files = found.index.objects.filter(
    (file) => !here.has(keyOf(file)) && file.owners.some((uid) => owners.has(uid)),
  );
  return readExported(ctx.readers.artifacts, from, found.index, files);
}

/** Reads no more files than it must; `where` is asked later. */
function mayBeChosen({ select }: RestoreParams, file: ExportedObject): boolean {
  return (
    select === undefined ||
    select.some(
      ({ kind, apiVersion, namespace }) =>
        kind === file.kind &&
        (apiVersion === undefined || groupOf(apiVersion) === groupOf(file.apiVersion)) &&
        (namespace === undefined || namespace === file.namespace),
    )
  );
}

function isChosen(
  { select }: RestoreParams,
  ctx: ReadContext<DrPorts>,
  object: KubeObject,
): boolean {
  return (
    select === undefined ||
    select.some(
      (choice) =>
        isOfKind(object, choice) &&
        (choice.namespace === undefined || choice.namespace === namespaceOf(object)) &&
        isWanted(ctx, choice.where, object),
    )
  );
}

/**
 * An object can be written only in the version that it was exported in: another one has other fields, and only the
 * server that stores it can convert between them. CLIENT_NOT_FOUND names what is not served.
 */
async function checkVersions(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  objects: readonly KubeObject[],
): Promise<void> {
  const kinds = new Map(
    objects.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
  );
  for (const [shown, kind] of kinds) {
    if ((await kube.resource(kind, ctx.signal)) !== undefined) continue;
    const other = await kube.resource(
      { ...kind, apiVersion: `${groupOf(kind.apiVersion)}/*` },
      ctx.signal,
    );
    throw new DrctlError('CLIENT_NOT_FOUND', `The server does not serve ${shown}`, {
      hint:
        other === undefined
          ? 'Install what brings this kind, or leave it out with select'
          : `It serves ${other.apiVersion} only, in which the exported objects mean something else; export them in that version, or restore them to a cluster that serves both`,
    });
  }
}

function restoreItem(
  wanted: RestoreParams,
  ctx: ReadContext<DrPorts>,
  exported: KubeObject,
): Omit<RestoreItem, 'comesLater'> {
  let desired = movedNamespace(sanitized(exported), wanted.namespaces ?? {});
  const applies = (rule: Rule): boolean =>
    isOfKind(exported, rule) && isWanted(ctx, rule.where, exported);
  for (const rule of (wanted.unset ?? []).filter(applies)) desired = unset(desired, rule);
  const setRules = (wanted.set ?? []).filter(applies);
  for (const { path, value } of setRules) desired = withValueAt(desired, parsePath(path), value);
  return {
    exported,
    desired,
    onlyAtCreation: setRules
      .filter(({ onlyAtCreation }) => onlyAtCreation === true)
      .map(({ path }) => parsePath(path)),
    isComplete: ctx.incomplete !== true || setRules.length === 0,
  };
}

function movedNamespace(
  object: KubeObject,
  namespaces: Readonly<Record<string, string>>,
): KubeObject {
  const { metadata } = object;
  if (isNamespace(object)) {
    return {
      ...object,
      metadata: { ...metadata, name: namespaces[metadata.name] ?? metadata.name },
    };
  }
  const namespace = namespaceOf(object);
  if (namespace === undefined) return object;
  return { ...object, metadata: { ...metadata, namespace: namespaces[namespace] ?? namespace } };
}

/** With a value: only that element of the list goes, and the list with its last element. */
function unset(object: KubeObject, rule: Rule & { readonly value?: Json }): KubeObject {
  const path = parsePath(rule.path);
  if (rule.value === undefined) return withoutPath(object, path);
  const list = valueAt(object, path);
  if (list === undefined) return object;
  if (!Array.isArray(list)) {
    throw new DrctlError(
      'PARAMS_INVALID',
      `${rule.path} of ${describeObject(object)} is no list, so that no element can be removed`,
    );
  }
  const left = (list as readonly Json[]).filter((item) => !sameJson(item, rule.value));
  return left.length === 0 ? withoutPath(object, path) : withValueAt(object, path, left);
}

/**
 * First of all, whoever owns them: a controller that finds a HostedControlPlane without its Secrets makes new keys and
 * certificates. Their owners are added once they exist.
 */
const earlyKinds = [
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
];

/** By those kinds, then by depth of ownership inside the export; what is left of a cycle comes last. */
function inCreationOrder(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const depths = depthsOf(objects);
  const stages = groupBy(objects, (object) => {
    const early = earlyKinds.indexOf(object.kind);
    const rank = early >= 0 ? early : earlyKinds.length + (depths.get(object) ?? objects.length);
    return String(rank).padStart(6, '0');
  });
  return [...stages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
}

/** Objects of a cycle have none. */
function depthsOf(objects: readonly KubeObject[]): ReadonlyMap<KubeObject, number> {
  const byUid = new Map(objects.map((object) => [object.metadata['uid'], object]));
  const depths = new Map<KubeObject, number>();
  for (let depth = 0; depth < objects.length; depth += 1) {
    const level = objects.filter(
      (object) =>
        !depths.has(object) &&
        ownersOf(object)
          .flatMap(({ uid }) => byUid.get(uid) ?? [])
          .every((owner) => depths.has(owner)),
    );
    if (level.length === 0) break;
    for (const object of level) depths.set(object, depth);
  }
  return depths;
}

/** What differs of the fields that a restore sets: lists and values must be equal, other fields may be there beside. */
export function differingFields(
  desired: Json,
  present: Json | undefined,
  path: Path = [],
): readonly Path[] {
  if (!isJsonObject(desired)) return sameJson(desired, present) ? [] : [path];
  const keys = Object.keys(desired);
  if (keys.length === 0) return isJsonObject(present) || present === undefined ? [] : [path];
  return keys.flatMap((key) =>
    differingFields(desired[key] ?? null, isJsonObject(present) ? present[key] : undefined, [
      ...path,
      key,
    ]),
  );
}
