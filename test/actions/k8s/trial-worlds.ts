// Clusters that changes are tried on while they are planned.

import type { KubeObject } from '../../../src/actions/ports.ts';
import { FakeKube } from '../../fakes/kube-fake.ts';
import { namespace } from '../../fakes/objects.ts';
import { World } from '../../fakes/world.ts';
import { exportObjects } from '../laws/exported-world.ts';

export const maps = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'work' };
/** With the namespace "work" and these objects, as target "here". */
export async function cluster(...objects: readonly KubeObject[]) {
  const kube = new FakeKube().seed(namespace('work'), ...objects);
  return { kube, world: new World({ kube: { here: kube } }) };
}

/** An export of these objects, and a cluster to restore it to. */
export async function exported(objects: readonly KubeObject[], ...present: readonly KubeObject[]) {
  const { kube, world } = await cluster(...present);
  await exportObjects(world, objects);
  return { kube, world };
}

/** All of that export. */
export const restore = { target: 'here', from: 'objects' };
