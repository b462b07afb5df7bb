// The controllers of Deployments and StatefulSets for the fake API server: pods follow the replica count. Pods that go
// may linger, as real ones terminate, until they are let go.

import { valueAt } from '../../src/actions/k8s/support/json-tree.ts';
import type { KubeObject } from '../../src/actions/ports.ts';
import type { FakeKube } from './kube-fake.ts';
import { pod } from './objects.ts';

export interface WorkloadOptions {
  /** Pods that go stay, terminating, until `letGo` of the result is called. */
  readonly linger?: boolean;
}

export function runWorkloads(kube: FakeKube, options: WorkloadOptions = {}): { letGo(): void } {
  const lingering = new Set<KubeObject>();
  const follow = (_kube: FakeKube, object: KubeObject): void => {
    if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return;
    const namespace = object.metadata['namespace'] as string;
    const app = object.metadata.name;
    const present = kube.peek(object.kind, app, namespace);
    const wanted = Number(valueAt(present, ['spec', 'replicas']) ?? 1);
    for (let index = 0; index < 10; index += 1) {
      const name = `${app}-${index}`;
      const running = kube.peek('Pod', name, namespace);
      if (index < wanted && running === undefined) kube.seed(pod(`${namespace}/${name}`, app));
      if (index < wanted || running === undefined) continue;
      if (options.linger === true) lingering.add(running);
      else kube.objects.remove(running);
    }
  };
  kube.controllers.push(follow);
  for (const object of kube.objects.all()) follow(kube, object);
  return {
    letGo: () => {
      for (const gone of lingering) kube.objects.remove(gone);
      lingering.clear();
    },
  };
}
