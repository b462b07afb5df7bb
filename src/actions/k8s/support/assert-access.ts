// Two assertions about a server rather than its objects: what it serves, and what the caller may do there.

import { DrctlError, listSome } from '../../../engine/index.ts';
import type { AccessQuery, KubeKind, KubeReader } from '../../ports.ts';
import { inParallel } from './in-parallel.ts';

const questionsAtOnce = 8;

/** A kind with the target whose version of it counts. */
export interface ServedKind extends KubeKind {
  readonly versionOf?: string;
}

/** In place of group/*: the version that the other target prefers, and so the one its objects are exported in. */
export async function inVersionsOf(
  kinds: readonly ServedKind[],
  reader: (target: string) => Promise<KubeReader>,
  signal: AbortSignal,
): Promise<readonly KubeKind[]> {
  return inParallel(kinds, questionsAtOnce, async ({ versionOf, apiVersion, kind }) => {
    if (versionOf === undefined) return { apiVersion, kind };
    const there = await (await reader(versionOf)).resource({ apiVersion, kind }, signal);
    // What is not served there is not exported from there: any version will do.
    return { apiVersion: there?.apiVersion ?? apiVersion, kind };
  });
}

/** ASSERTION_FAILED names every kind that is not served, and in which version it is instead. */
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
  const shown = await inParallel(missing, questionsAtOnce, async (kind) => {
    const other = await kube.resource({ ...kind, apiVersion: anyVersionOf(kind) }, signal);
    const instead = other === undefined ? '' : ` (but ${other.apiVersion})`;
    return `${kind.apiVersion} ${kind.kind}${instead}`;
  });
  throw new DrctlError('ASSERTION_FAILED', `The server does not serve ${listSome(shown)}`, {
    hint: 'Install what brings these kinds in these versions; group/* accepts another version',
  });
}

function anyVersionOf({ apiVersion }: KubeKind): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined ? apiVersion : `${group ?? ''}/*`;
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
