// Which objects a step speaks of. A selection is always explicit: names, labels, an expression, or the word `all`;
// nothing is ever selected by leaving everything out.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeObject, KubeReader } from '../../ports.ts';
import { inParallel } from './in-parallel.ts';
import { describeRef, withoutManagedFields } from './objects.ts';

/** More than any runbook means to touch; a selection beyond it is a mistake. */
const maxSelectedObjects = 20_000;
const namesAtOnce = 8;

export interface Selection {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly names?: readonly string[];
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly where?: string;
  readonly all?: boolean;
}

/** Throws PARAMS_INVALID unless it is exactly one of name, names, selector, where and all (`where` may refine the last). */
export function checkSelection(selection: Omit<Selection, 'apiVersion' | 'kind'>): void {
  const ways = [
    selection.name !== undefined && 'name',
    selection.names !== undefined && 'names',
    selection.selector !== undefined && 'selector',
    selection.all === true && 'all',
  ].filter((way) => way !== false);
  if (ways.length === 0 && selection.where !== undefined) return;
  if (ways.length !== 1) {
    throw new DrctlError(
      'PARAMS_INVALID',
      ways.length === 0 ? 'Nothing is selected' : `Selected in two ways: ${ways.join(' and ')}`,
      { hint: 'Give one of name, names, selector, where, or all: true' },
    );
  }
  if (selection.where !== undefined && (ways[0] === 'name' || ways[0] === 'names')) {
    throw new DrctlError('PARAMS_INVALID', `"where" does not go with "${ways[0]}"`, {
      hint: 'It goes alone, with selector, or with all: true',
    });
  }
}

export function namesOf(selection: Selection): readonly string[] | undefined {
  return selection.name === undefined ? selection.names : [selection.name];
}

/** "NodePool in clusters where object.spec.clusterName == 'prod'". */
export function describeSelection(selection: Selection): string {
  const { kind, namespace } = selection;
  const names = namesOf(selection);
  if (names !== undefined) {
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    return `${kind} ${names.map((name) => `${prefix}${name}`).join(', ')}`;
  }
  return [
    kind,
    namespace === undefined ? '' : ` in ${namespace}`,
    selection.selector === undefined ? '' : ` with ${selection.selector}`,
    selection.where === undefined ? '' : ` where ${selection.where}`,
  ].join('');
}

/** Names that are absent are left out: see `missingNames`. Throws CLIENT_NOT_FOUND when the kind is not served. */
export async function selectObjects(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  selection: Selection,
): Promise<readonly KubeObject[]> {
  const selected: KubeObject[] = [];
  for await (const object of eachSelected(kube, ctx, selection)) selected.push(object);
  return selected;
}

/** The same, one after the other as they come: for whoever keeps none of them. */
export async function* eachSelected(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  selection: Selection,
): AsyncGenerator<KubeObject, void> {
  checkSelection(selection);
  const { apiVersion, kind, namespace } = selection;
  const place = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
  const names = namesOf(selection);
  if (names !== undefined) {
    const found = await inParallel([...new Set(names)], namesAtOnce, async (name) =>
      kube.get({ ...place, name }, ctx.signal),
    );
    yield* found.filter((object) => object !== undefined);
    return;
  }
  const query = {
    ...place,
    ...(selection.selector === undefined ? {} : { labelSelector: selection.selector }),
    ...(selection.fieldSelector === undefined ? {} : { fieldSelector: selection.fieldSelector }),
  };
  let seen = 0;
  for await (const object of kube.list(query, ctx.signal)) {
    seen += 1;
    if (seen > maxSelectedObjects) {
      throw new DrctlError(
        'PARAMS_INVALID',
        `${describeSelection(selection)} is more than ${maxSelectedObjects} objects`,
        { hint: 'Narrow it with a namespace or a selector' },
      );
    }
    if (isWanted(ctx, selection.where, object)) yield object;
  }
}

/** Throws VALUE_UNRESOLVED when the expression gives no boolean. */
export function isWanted(
  ctx: ReadContext<DrPorts>,
  where: string | undefined,
  object: KubeObject,
): boolean {
  if (where === undefined) return true;
  const answer = ctx.evaluate(where, { object: withoutManagedFields(object) });
  if (typeof answer === 'boolean') return answer;
  throw new DrctlError(
    'VALUE_UNRESOLVED',
    `"${where}" gives ${JSON.stringify(answer)} instead of true or false`,
  );
}

export function missingNames(
  selection: Selection,
  found: readonly KubeObject[],
): readonly string[] {
  const present = new Set(found.map((object) => object.metadata.name));
  return (namesOf(selection) ?? []).filter((name) => !present.has(name));
}

/** CLIENT_NOT_FOUND for a name that is absent, SELECTION_EMPTY when fewer than `atLeast` were found. */
export function requireFound(
  selection: Selection,
  found: readonly KubeObject[],
  atLeast: number,
): void {
  const [missing] = missingNames(selection, found);
  if (missing !== undefined) {
    throw new DrctlError(
      'CLIENT_NOT_FOUND',
      `${describeRef({ ...selection, name: missing })} does not exist`,
    );
  }
  if (found.length < atLeast) {
    throw new DrctlError(
      'SELECTION_EMPTY',
      `${describeSelection(selection)}: found ${found.length}, expected at least ${atLeast}`,
    );
  }
}

/** The same selection of another kind, without fields that would be undefined. */
export function selectionOf(
  kind: { readonly apiVersion: string; readonly kind: string },
  fields: Omit<Selection, 'apiVersion' | 'kind'>,
): Selection {
  const { namespace, name, names, selector, fieldSelector, where, all } = fields;
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(names === undefined ? {} : { names }),
    ...(selector === undefined ? {} : { selector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(where === undefined ? {} : { where }),
    ...(all === undefined ? {} : { all }),
  };
}
