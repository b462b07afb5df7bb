// Which objects an export takes, and which it leaves and why: what is selected, then what that refers to, without what
// is excluded and without credentials that belong to the cluster they were made for.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { isJsonObject } from './json-tree.ts';
import { describeObject, describeRef, isOfKind, isSecret, keyOf, refOf } from './objects.ts';
import { referenceRules } from './reference-rules.ts';
import type { ReferenceRule } from './reference-rules.ts';
import { referencesOf } from './references.ts';
import type { Reference } from './references.ts';
import {
  describeSelection,
  isWanted,
  requireFound,
  selectObjects,
  selectionOf,
} from './selection.ts';
import type { Selection } from './selection.ts';

interface ExportParams {
  readonly target: string;
  readonly select: readonly (Selection & { readonly optional?: boolean; readonly as?: string })[];
  readonly references?: {
    readonly kinds?: readonly ('Secret' | 'ConfigMap')[];
    readonly optional?: boolean;
  };
  readonly referencePaths?: readonly ReferenceRule[];
  readonly exclude?: readonly {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly where?: string;
    readonly because: string;
  }[];
}

export interface TakenObject {
  readonly object: KubeObject;
  readonly group: string;
}

export interface NotTaken {
  readonly object: string;
  readonly because: string;
}

interface ExportSelection {
  /** Ordered by group, kind, namespace and name. */
  readonly taken: readonly TakenObject[];
  readonly notTaken: readonly NotTaken[];
}

const readsAtOnce = 8;
const referencesGroup = 'references';

/** SELECTION_EMPTY when nothing is taken; CLIENT_NOT_FOUND for what is required and missing. */
export async function selectForExport(
  wanted: ExportParams,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): Promise<ExportSelection> {
  const taken = new Map<string, TakenObject>();
  const notTaken = new Map<string, NotTaken>();
  const consider = (object: KubeObject, group: string): void => {
    const key = keyOf(refOf(object));
    if (taken.has(key)) return;
    const because = reasonToLeave(wanted, ctx, object);
    if (because === undefined) taken.set(key, { object, group });
    else notTaken.set(key, { object: describeObject(object), because });
  };
  for (const entry of wanted.select) {
    for (const object of await selectEntry(entry, kube, ctx))
      consider(object, entry.as ?? 'objects');
  }
  const references = wantedReferences(wanted, [...taken.values()]);
  const missing = references.filter(({ reference }) => !taken.has(keyOfReference(reference)));
  const referenced = await inParallel(missing, readsAtOnce, async ({ reference }) =>
    kube.get({ apiVersion: 'v1', ...placeOf(reference) }, ctx.signal),
  );
  for (const [index, { reference, by }] of missing.entries()) {
    const object = referenced[index];
    if (object !== undefined) consider(object, referencesGroup);
    else notTaken.set(keyOfReference(reference), missingReference(wanted, reference, by));
  }
  if (taken.size === 0) throw nothingTaken(wanted, [...notTaken.values()]);
  return { taken: [...taken.values()].sort(inOrder), notTaken: [...notTaken.values()] };
}

async function selectEntry(
  entry: ExportParams['select'][number],
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): Promise<readonly KubeObject[]> {
  const selection = selectionOf(entry, entry);
  try {
    const objects = await selectObjects(kube, ctx, selection);
    if (entry.optional !== true) requireFound(selection, objects, 1);
    return objects;
  } catch (error) {
    if (entry.optional === true && hasCode(error, 'CLIENT_NOT_FOUND')) return [];
    throw error;
  }
}

function wantedReferences(
  wanted: ExportParams,
  taken: readonly TakenObject[],
): readonly { readonly reference: Reference; readonly by: KubeObject }[] {
  const kinds = wanted.references?.kinds ?? ['Secret', 'ConfigMap'];
  const rules = [...referenceRules, ...(wanted.referencePaths ?? [])];
  const found = new Map<string, { reference: Reference; by: KubeObject }>();
  for (const { object } of taken) {
    for (const reference of referencesOf(object, rules)) {
      const key = keyOfReference(reference);
      if (kinds.includes(reference.kind) && !found.has(key))
        found.set(key, { reference, by: object });
    }
  }
  return [...found.values()];
}

function placeOf({ kind, namespace, name }: Reference) {
  return { kind, namespace, name };
}

function keyOfReference(reference: Reference): string {
  return keyOf({ apiVersion: 'v1', ...placeOf(reference) });
}

function missingReference(wanted: ExportParams, reference: Reference, by: KubeObject): NotTaken {
  const object = describeRef(reference);
  const because = `it does not exist, though ${describeObject(by)} refers to it in ${reference.path}`;
  if (wanted.references?.optional === true || reference.optional) return { object, because };
  throw new DrctlError('CLIENT_NOT_FOUND', `${object} is needed, but ${because}`, {
    hint: 'Where the object can do without it, say references: {optional: true}',
  });
}

function reasonToLeave(
  wanted: ExportParams,
  ctx: ReadContext<DrPorts>,
  object: KubeObject,
): string | undefined {
  const credentials = credentialsOfThisCluster(object);
  if (credentials !== undefined) return credentials;
  const rule = wanted.exclude?.find(
    (candidate) => isOfKind(object, candidate) && isWanted(ctx, candidate.where, object),
  );
  return rule?.because;
}

/** By type and annotation, never by name: an Opaque Secret may well be called "docker". */
function credentialsOfThisCluster(object: KubeObject): string | undefined {
  if (!isSecret(object)) return undefined;
  const { type } = object;
  if (type === 'kubernetes.io/service-account-token') {
    return 'a token of a service account is worth nothing on another cluster';
  }
  if (type !== 'kubernetes.io/dockercfg' && type !== 'kubernetes.io/dockerconfigjson') {
    return undefined;
  }
  const annotations = object.metadata['annotations'];
  const isMadeForAccount =
    isJsonObject(annotations) &&
    Object.keys(annotations).some(
      (key) =>
        key === 'kubernetes.io/service-account.name' ||
        key === 'openshift.io/internal-registry-auth-token.service-account' ||
        key.startsWith('openshift.io/token-secret'),
    );
  return isMadeForAccount
    ? 'registry credentials made for a service account are made anew on another cluster'
    : undefined;
}

function nothingTaken(wanted: ExportParams, left: readonly NotTaken[]): DrctlError {
  const subject = wanted.select.map((entry) => describeSelection(entry)).join('; ');
  const hint = left.map(({ object, because }) => `${object}: ${because}`).join('; ');
  return new DrctlError(
    'SELECTION_EMPTY',
    `Nothing to export: ${subject}`,
    hint === '' ? {} : { hint: `Left out: ${hint}` },
  );
}

function inOrder(a: TakenObject, b: TakenObject): number {
  const [first, second] = [a, b].map(({ object, group }) => `${group} ${keyOf(refOf(object))}`);
  return (first ?? '') < (second ?? '') ? -1 : 1;
}
