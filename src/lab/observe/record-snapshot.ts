// A snapshot that is taken while a writer still lives is what loses acknowledged writes: it is recorded, until one is taken
// with the writers stopped. So a backup of a running cluster is no fault of the move that comes after it; one that goes on
// from the backup all the same is found by the customer's writes.

import { kinds } from '../cluster/kinds.ts';
import type { Side } from '../cluster/side.ts';
import { WRITERS } from '../controllers/hypershift/control-planes.ts';
import { HCP_NAMESPACE } from '../world/settings.ts';
import type { WorldCore } from '../world/world.ts';

export function recordSnapshot(world: WorldCore, side: Side, namespace: string): void {
  if (namespace === HCP_NAMESPACE) for (const listener of world.onSnapshot) listener();
  const alive = side
    .all(kinds.pod, namespace)
    .filter((pod) => WRITERS.some((name) => pod.metadata.labels?.['app'] === name))
    .map((pod) => pod.metadata.name);
  const object = `${side.name} ${namespace}`;
  if (alive.length === 0) {
    world.recorder.forget('snapshot-with-writer', object);
    return;
  }
  world.recorder.record(
    'snapshot-with-writer',
    object,
    `etcd was snapshotted while these pods could still write: ${alive.join(', ')}; what they write afterwards is lost`,
  );
}
