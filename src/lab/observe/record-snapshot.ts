// A snapshot that is taken while a writer still lives is what loses acknowledged writes: it is recorded.

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
  if (alive.length === 0) return;
  world.recorder.record(
    'snapshot-with-writer',
    `${side.name} ${namespace}`,
    `etcd was snapshotted while these pods could still write: ${alive.join(', ')}; what they write afterwards is lost`,
  );
}
