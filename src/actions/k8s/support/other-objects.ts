// Objects beside the one that is tested, also of another cluster: what must agree on both sides is compared in one
// expression, on what is read now.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import { DrctlError, isUnknown } from '../../../engine/index.ts';
import type { Foreseen, KubernetesPermission, ReadContext } from '../../../engine/index.ts';
import type { DrPorts } from '../../ports.ts';
import { hasCode } from './errors.ts';
import type { Found } from './explain-assertion.ts';
import { inParallel } from './in-parallel.ts';
import { may, maySelect, place, selectedPlaces } from './permissions.ts';
import {
  apiVersionField,
  kindField,
  kubeTarget,
  namespaceField,
  selectionFields,
} from './schemas.ts';
import { describeSelection, missingNames, selectObjects, selectionOf } from './selection.ts';

const readsAtOnce = 4;

const other = Type.Object(
  {
    target: kubeTarget,
    apiVersion: apiVersionField,
    kind: kindField,
    namespace: Type.Optional(namespaceField),
    ...selectionFields,
  },
  { additionalProperties: false },
);

export const othersField = Type.Optional(
  Type.Record(Type.String(), other, {
    description:
      'Objects, also of other targets, that `that` compares with: `others.NAME` is the object with `name`, which must exist, else a list',
  }),
);

type Others = Readonly<Record<string, Static<typeof other>>>;

/** ASSERTION_FAILED for one that is named and absent: nothing is compared with what is not there. */
export async function readOthers(
  others: Others,
  ctx: ReadContext<DrPorts>,
): Promise<Readonly<Record<string, Found>>> {
  const read = await inParallel(Object.entries(others), readsAtOnce, async ([name, wanted]) => {
    const selection = selectionOf(wanted, wanted);
    const kube = await ctx.readers.kube(wanted.target);
    const objects = await selectObjects(kube, ctx, selection).catch((error: unknown) => {
      if (!hasCode(error, 'CLIENT_NOT_FOUND')) throw error;
      return [];
    });
    const missing = missingNames(selection, objects);
    if (missing.length > 0) {
      throw new DrctlError(
        'ASSERTION_FAILED',
        `${describeSelection(selection)} of ${wanted.target}: ${missing.join(', ')} not found`,
      );
    }
    const found: Found = (wanted.name === undefined ? undefined : objects[0]) ?? objects;
    return [name, found] as const;
  });
  return Object.fromEntries(read);
}

/** Where they are is known before a run as far as it is written down; what is not counts as a target that nobody knows. */
export function mayReadOthers(others: Foreseen<Others> | undefined): KubernetesPermission[] {
  if (others === undefined) return [];
  if (isUnknown(others)) return may(['get', 'list'], place({ target: others }));
  return Object.values(others).flatMap((one) =>
    isUnknown(one)
      ? may(['get', 'list'], place({ target: one }))
      : [...maySelect(one, selectedPlaces(one, one))],
  );
}
