// Which objects an export takes, and which it leaves and why: what is selected, then what that refers to, without what
// is excluded and without credentials that belong to the cluster they were made for.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader, ObjectRef } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { isJsonObject } from './json-tree.ts';
import { createObjectSet } from './object-set.ts';
import type { ObjectSet } from './object-set.ts';
import { describeObject, describeRef, isOfKind, isSecret, keyOf, refOf } from './objects.ts';
import { referenceRules } from './reference-rules.ts';
import type { ReferenceRule } from './reference-rules.ts';
import { referenceWalker } from './references.ts';
import type { Reference } from './references.ts';
import {
  describeSelection,
  eachSelected,
  isWanted,
  namesOf,
  requireFound,
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

/** What has been seen so far. The objects themselves are kept by nobody: an export may be of any size. */
interface Seen {
  readonly taken: ObjectSet;
  readonly notTaken: Map<string, NotTaken>;
  readonly references: Map<string, FoundReference>;
}

interface FoundReference {
  readonly reference: Reference;
  /** "HostedCluster clusters/prod" */
  readonly by: string;
}

const readsAtOnce = 8;
const referencesGroup = 'references';

/**
 * Each object once, as it is found, and in the end what is not taken. SELECTION_EMPTY when nothing is; CLIENT_NOT_FOUND
 * for what is required and missing, which may come after objects that were found.
 */
export async function* eachForExport(
  wanted: ExportParams,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): AsyncGenerator<TakenObject, readonly NotTaken[]> {
  const seen: Seen = { taken: createObjectSet(), notTaken: new Map(), references: new Map() };
  const follow = referenceFinder(wanted, seen);
  const isTaken = (object: KubeObject): boolean => {
    const ref = refOf(object);
    if (seen.taken.has(ref)) return false;
    const because = reasonToLeave(wanted, ctx, object);
    if (because === undefined) seen.taken.add(ref);
    else seen.notTaken.set(keyOf(ref), { object: describeObject(object), because });
    return because === undefined;
  };
  for (const entry of wanted.select) {
    for await (const object of selectEntry(entry, kube, ctx)) {
      if (!isTaken(object)) continue;
      follow(object);
      yield { object, group: entry.as ?? 'objects' };
    }
  }
  const missing = [...seen.references.values()].filter(
    ({ reference }) => !seen.taken.has(refOfReference(reference)),
  );
  for (let from = 0; from < missing.length; from += readsAtOnce) {
    const some = missing.slice(from, from + readsAtOnce);
    const found = await inParallel(some, readsAtOnce, async ({ reference }) =>
      kube.get(refOfReference(reference), ctx.signal),
    );
    for (const [index, { reference, by }] of some.entries()) {
      const object = found[index];
      if (object === undefined) {
        seen.notTaken.set(keyOfReference(reference), missingReference(wanted, reference, by));
      } else if (isTaken(object)) yield { object, group: referencesGroup };
    }
  }
  const notTaken = [...seen.notTaken.values()];
  if (seen.taken.size === 0) throw nothingTaken(wanted, notTaken);
  return notTaken;
}

async function* selectEntry(
  entry: ExportParams['select'][number],
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): AsyncGenerator<KubeObject, void> {
  const selection = selectionOf(entry, entry);
  const isOptional = entry.optional === true;
  // Every named one, to tell which is missing; of a list the first says that there are some.
  const found: KubeObject[] = [];
  try {
    for await (const object of eachSelected(kube, ctx, selection)) {
      if (found.length === 0 || namesOf(selection) !== undefined) found.push(object);
      yield object;
    }
  } catch (error) {
    if (!isOptional || !hasCode(error, 'CLIENT_NOT_FOUND')) throw error;
  }
  if (!isOptional) requireFound(selection, found, 1);
}

/** Remembers what an object refers to. */
function referenceFinder(wanted: ExportParams, { references }: Seen): (by: KubeObject) => void {
  const kinds = wanted.references?.kinds ?? ['Secret', 'ConfigMap'];
  const referencesOf = referenceWalker([...referenceRules, ...(wanted.referencePaths ?? [])]);
  return (object) => {
    for (const reference of referencesOf(object)) {
      const key = keyOfReference(reference);
      if (!kinds.includes(reference.kind) || references.has(key)) continue;
      references.set(key, { reference, by: describeObject(object) });
    }
  };
}

function refOfReference({ kind, namespace, name }: Reference): ObjectRef {
  return { apiVersion: 'v1', kind, namespace, name };
}

function keyOfReference(reference: Reference): string {
  return keyOf(refOfReference(reference));
}

function missingReference(wanted: ExportParams, reference: Reference, by: string): NotTaken {
  const object = describeRef(reference);
  const because = `it does not exist, though ${by} refers to it in ${reference.path}`;
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
