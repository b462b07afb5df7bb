// The readers of the world as it will be once earlier steps have ended. Only what they said they will leave is otherwise;
// what controllers will make of it is not foreseen.

import type { Consequence, DrReaders, KubeConsequence } from '../ports.ts';
import { foreseeArtifacts } from './artifacts.ts';
import { foreseeKube } from './kube.ts';

export function foresee(readers: DrReaders, consequences: readonly Consequence[]): DrReaders {
  const ofKube = (target: string): readonly KubeConsequence[] =>
    consequences.flatMap((one) => (one.kind !== 'artifact' && one.target === target ? [one] : []));
  const artifacts = consequences.flatMap((one) => (one.kind === 'artifact' ? [one] : []));
  return {
    kube: async (target) => foreseeKube(await readers.kube(target), ofKube(target)),
    etcd: async (target) => readers.etcd(target),
    s3: async (target) => readers.s3(target),
    dns: async (target) => readers.dns(target),
    artifacts: foreseeArtifacts(readers.artifacts, artifacts),
    files: readers.files,
  };
}
