// Two assertions about a server rather than its objects: what it serves, and what the caller may do there.

import { DrctlError } from '../../../engine/index.ts';
import type { AccessQuery, KubeKind, KubeReader } from '../../ports.ts';
import { inParallel } from './in-parallel.ts';

const questionsAtOnce = 8;

/** ASSERTION_FAILED names every kind that is not served. */
export async function checkKinds(
  kube: KubeReader,
  kinds: readonly KubeKind[],
  signal: AbortSignal,
): Promise<void> {
  const served = await inParallel(kinds, questionsAtOnce, async (kind) =>
    kube.resource(kind, signal),
  );
  const missing = kinds.filter((_, index) => served[index] === undefined);
  if (missing.length === 0) return;
  const shown = missing.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).join(', ');
  throw new DrctlError('ASSERTION_FAILED', `The server does not serve ${shown}`, {
    hint: 'Install what brings these kinds, or write group/* to accept another version',
  });
}

/** ASSERTION_FAILED names every permission that is missing. */
export async function checkPermissions(
  kube: KubeReader,
  queries: readonly AccessQuery[],
  signal: AbortSignal,
): Promise<void> {
  const answers = await inParallel(queries, questionsAtOnce, async (query) =>
    kube.may(query, signal),
  );
  const denied = queries.filter((_, index) => answers[index] === false);
  if (denied.length === 0) return;
  const shown = denied.map(describeAccess).join('; ');
  throw new DrctlError('ASSERTION_FAILED', `The caller may not ${shown}`, {
    hint: 'Ask for these permissions, or use another kubeconfig',
  });
}

function describeAccess({ verb, apiVersion, kind, namespace, subresource }: AccessQuery): string {
  const what = subresource === undefined ? kind : `${kind}/${subresource}`;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  return `${verb} ${what} (${apiVersion})${where}`;
}
