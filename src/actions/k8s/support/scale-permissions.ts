// What scaling needs: the workload's scale subresource, and a look at its pods.

import { isUnknown, known, mayBe } from '../../../engine/index.ts';
import type { ActionPermissions, Foreseen } from '../../../engine/index.ts';
import { may, mayWatchPods, maySelect, selectedPlaces } from './permissions.ts';
import type { ForeseenSelection } from './permissions.ts';

type ForeseenScale = ForeseenSelection & {
  readonly target: string;
  readonly namespace: string;
  readonly kind?: string;
  readonly kinds?: Foreseen<readonly string[]>;
  readonly waitForPods?: Foreseen<boolean>;
  readonly leaveNote?: Foreseen<boolean>;
  readonly undoWaits?: Foreseen<boolean>;
};

const everyWorkload = ['Deployment', 'StatefulSet'];

export function scalePermissions(wanted: ForeseenScale): ActionPermissions {
  const { target, kind, kinds } = wanted;
  const given = kinds === undefined ? [kind ?? ''] : (known(kinds) ?? ['']);
  const wantedKinds = given.flatMap((one) =>
    one === '' || isUnknown(one) ? everyWorkload : [one],
  );
  const places = wantedKinds.flatMap((one) =>
    selectedPlaces({ target, apiVersion: 'apps/v1', kind: one }, wanted),
  );
  const pods = mayWatchPods(wanted);
  return {
    carryOut: [
      ...maySelect(wanted, places),
      ...may(['get'], ...places),
      // A note is on the workload itself, and the count is written with it.
      ...(mayBe(wanted.leaveNote ?? false, false)
        ? may(['patch'], ...places.map((one) => ({ ...one, subresource: 'scale' })))
        : []),
      ...(mayBe(wanted.leaveNote ?? false, true) ? may(['patch'], ...places) : []),
      ...(mayBe(wanted.waitForPods ?? true, true)
        ? [...pods, ...may(['list', 'watch'], ...places)]
        : []),
    ],
    undo: mayBe(wanted.undoWaits ?? false, true) ? pods : [],
  };
}
