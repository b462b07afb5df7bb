// Which clusters a run works on, by what no other cluster has: the uid of the namespace kube-system. A run that goes on
// elsewhere is given other kubeconfigs, and one that leads to another cluster must not be taken for the same.

import { DrctlError, withDeadline } from '../engine/index.ts';
import type { RunHeader } from '../engine/index.ts';
import type { OpenSession } from './session.ts';

/** A cluster that does not answer is none to wait for: its steps will say so. */
const ASK_MS = 15_000;
const system = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' };

/**
 * By target. Left out: those that were given up, that may be down (what answers there later may be made anew by the run
 * itself), that do not answer, and that do not let the caller look.
 */
export async function clusterIds(
  opened: OpenSession,
  wanted: (target: string) => boolean = () => true,
): Promise<Readonly<Record<string, string>>> {
  const { session, targets, connections } = opened;
  const { runbook, unavailable } = session;
  const asked = [...targets].filter(
    ([name, { type }]) =>
      type === 'kubernetes' &&
      !unavailable.includes(name) &&
      runbook.targets.get(name)?.mayBeDown === false &&
      wanted(name),
  );
  const found = await Promise.all(
    asked.map(async ([name]): Promise<readonly (readonly [string, string])[]> => {
      try {
        const kube = await connections.readers.kube(name);
        const deadline = { ms: ASK_MS, signal: session.signal, subject: `asking who ${name} is` };
        const answer = await withDeadline(deadline, async (signal) => kube.get(system, signal));
        const uid = answer?.metadata['uid'];
        return typeof uid === 'string' ? [[name, uid]] : [];
      } catch {
        return [];
      }
    }),
  );
  return Object.fromEntries(found.flat());
}

/** RUN_MISMATCH when a target is another cluster than the one the run was begun on. */
export async function assertSameClusters(
  opened: OpenSession,
  { runId, clusters = {} }: RunHeader,
): Promise<void> {
  const now = await clusterIds(opened, (target) => clusters[target] !== undefined);
  const other = Object.keys(now).filter((target) => now[target] !== clusters[target]);
  if (other.length === 0) return;
  const where = other.map((target) => {
    const { kubeconfig } = opened.targets.get(target)?.settings ?? {};
    return `${target} (${typeof kubeconfig === 'string' ? kubeconfig : 'kubeconfig'})`;
  });
  throw new DrctlError(
    'RUN_MISMATCH',
    `Run ${runId} was begun on another cluster than the one that answers for ${where.join(', ')}`,
    { hint: 'Give the kubeconfig of the cluster on which the run was begun' },
  );
}
