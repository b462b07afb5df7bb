// What applying manifests would change, object by object: as the server says, where it can be asked.

import type { DrctlError, FieldChange, ReadContext } from '../../../engine/index.ts';
import { foreseeKube } from '../../foreseen/kube.ts';
import { judgesOthers } from '../../foreseen/judging.ts';
import type {
  DrPorts,
  KubeConsequence,
  KubeObject,
  KubeReader,
  KubeResource,
} from '../../ports.ts';
import { fieldManager } from './applied.ts';
import { asStored, fieldChanges, objectChanges } from './field-changes.ts';
import { inParallel } from './in-parallel.ts';
import type { TreeChange } from './json-tree.ts';
import { readManifests } from './manifests.ts';
import type { ManifestParams } from './manifests.ts';
import { namespaceOf, refOf } from './objects.ts';
import { patched } from './patching.ts';
import { createTrials } from './trials.ts';
import type { Trial, Trials } from './trials.ts';

export interface WantedManifests extends ManifestParams {
  readonly target: string;
  /** For namespaced objects that name none. */
  readonly namespace?: string;
  readonly force?: boolean;
}

export interface Look {
  readonly desired: KubeObject;
  readonly before: KubeObject | undefined;
  readonly changes: readonly TreeChange[];
  /** As people see them. */
  readonly fields: readonly FieldChange[];
  readonly refused?: DrctlError;
}

export interface Looks {
  readonly looks: readonly Look[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

interface Looking {
  readonly kube: KubeReader;
  readonly ctx: ReadContext<DrPorts>;
  readonly trials: Trials;
  /** Other objects are applied before it. */
  readonly comesLater?: boolean;
}

const looksAtOnce = 8;

export function consequenceOf(target: string, { desired, before, changes }: Look): KubeConsequence {
  return before === undefined
    ? { kind: 'made', target, object: desired }
    : { kind: 'changed', target, ref: refOf(before), fields: changes };
}

/** In the order in which they are applied; those that others are judged by are taken for applied by then. */
export async function lookAtAll(
  wanted: WantedManifests,
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
): Promise<Looks> {
  const manifests = await readManifests(wanted, ctx.readers.files);
  const first = createTrials(kube, ctx, wanted.target);
  const grounds = await inParallel(manifests, looksAtOnce, async (manifest, index) =>
    judgesOthers(refOf(manifest))
      ? lookAt(wanted, { kube, ctx, trials: first, comesLater: index > 0 }, manifest)
      : undefined,
  );
  const foreseen = grounds.flatMap((look) =>
    look !== undefined && isChanging(look) ? [consequenceOf(wanted.target, look)] : [],
  );
  const seen = foreseeKube(kube, foreseen);
  const trials = createTrials(seen, ctx, wanted.target);
  const looks = await inParallel(
    manifests,
    looksAtOnce,
    async (manifest, index) =>
      grounds[index] ??
      lookAt(wanted, { kube: seen, ctx, trials, comesLater: index > 0 }, manifest),
  );
  return {
    looks,
    notes: [...first.notes(), ...trials.notes()],
    warnings: [...first.warnings(), ...trials.warnings()],
  };
}

export function isChanging({ before, changes }: Look): boolean {
  return before === undefined || changes.length > 0;
}

export async function lookAt(
  wanted: WantedManifests,
  { kube, ctx, trials, comesLater = false }: Looking,
  manifest: KubeObject,
): Promise<Look> {
  const resource = await kube.resource(manifest, ctx.signal);
  const desired = completed(wanted, manifest, resource);
  const found = resource === undefined ? undefined : await kube.get(refOf(desired), ctx.signal);
  const options = { fieldManager, force: wanted.force === true, comesLater };
  const trial = await trials.apply(desired, found, options);
  const before = trial.kind === 'accepted' ? trial.before : found;
  const after = appliedOn(desired, before, trial);
  return {
    desired,
    before,
    changes: objectChanges(before, after),
    fields: fieldChanges(before, after),
    ...(trial.kind === 'refused' ? { refused: trial.error } : {}),
  };
}

/** Where no server says it: merged as a pod template is; what was applied before, and is no longer, stays. */
function appliedOn(desired: KubeObject, before: KubeObject | undefined, trial: Trial): KubeObject {
  if (trial.kind !== 'accepted') {
    return before === undefined ? desired : patched(before, 'strategic', desired);
  }
  return before === undefined ? asStored(desired, trial.object) : trial.object;
}

function completed(
  { namespace }: WantedManifests,
  manifest: KubeObject,
  resource: KubeResource | undefined,
): KubeObject {
  const apiVersion = resource?.apiVersion ?? manifest.apiVersion;
  const isPlaced = namespaceOf(manifest) !== undefined || resource?.namespaced === false;
  if (isPlaced || namespace === undefined) return { ...manifest, apiVersion };
  return { ...manifest, apiVersion, metadata: { ...manifest.metadata, namespace } };
}
