// Examines one Kubernetes target: does it answer, who are we there, and does the server say that we may. Nothing here
// throws: what goes wrong is a finding.

import PQueue from 'p-queue';
import type { KubeTarget } from '../../adapters/index.ts';
import { DrctlError, isPath, withDeadline } from '../../engine/index.ts';
import type { KubernetesPermission, NeededPermission } from '../../engine/index.ts';
import type { ServedKind } from './known-kinds.ts';
import { isOnKind, placeRights } from './place-rights.ts';
import type { Answer, Asked, ExaminedKube, KubeRight, PathRight } from './rights.ts';

/** One after the other would take long on a slow line; all at once is rude to the server. */
const QUESTIONS_AT_ONCE = 8;
/** A server that is gone must not hold the others up. */
const GREETING_TIMEOUT_MS = 15_000;

export interface KubeExamination {
  readonly name: string;
  readonly where: string;
  readonly mayBeDown: boolean;
  readonly needed: readonly NeededPermission[];
  /** Undefined: the target was given up. */
  readonly target: KubeTarget | undefined;
  readonly signal: AbortSignal;
}

export async function examineKube(examination: KubeExamination): Promise<ExaminedKube> {
  const { name, where, mayBeDown, needed, target, signal } = examination;
  const base = { type: 'kubernetes' as const, name, where, mayBeDown };
  const paths = needed.flatMap(({ permission, uses }): PathRight[] =>
    isPath(permission) ? [{ verb: permission.verb, path: permission.path, uses }] : [],
  );
  const unasked = (problem: string): ExaminedKube => {
    const because = target === undefined ? 'the target is given up' : 'the target does not answer';
    const answer: Answer = { has: 'unknown', because };
    return {
      ...base,
      problem,
      rights: placeRights(needed, () => undefined).map((right) => ({ ...right, answer })),
      paths: paths.map((right) => ({ ...right, answer })),
    };
  };
  if (target === undefined) return unasked('given up');
  try {
    const deadline = { ms: GREETING_TIMEOUT_MS, signal, subject: `Asking ${name} who we are` };
    const { version, identity } = await withDeadline(deadline, async (greeting) => ({
      version: await target.reader.version(greeting),
      identity: await target.account.whoAmI(greeting),
    }));
    const served = await discover(target, needed, signal);
    const queue = new PQueue({ concurrency: QUESTIONS_AT_ONCE });
    const placed = placeRights(needed, (permission) => served.get(keyOf(permission)));
    const rights = await Promise.all(
      placed.map((right) =>
        queue.add(async (): Promise<Asked<KubeRight>> => ({
          ...right,
          answer: await askAbout(target, right, signal),
        })),
      ),
    );
    const askedPaths = await Promise.all(
      paths.map(async (right) => ({
        ...right,
        answer: yesOrNo(await target.account.mayGetPath(right.path, signal)),
      })),
    );
    return {
      ...base,
      version,
      ...(identity === undefined ? {} : { identity }),
      rights,
      paths: askedPaths,
    };
  } catch (error) {
    signal.throwIfAborted();
    return unasked(error instanceof Error ? error.message : String(error));
  }
}

function keyOf({ apiVersion, kind }: KubernetesPermission): string {
  return `${apiVersion} ${kind}`;
}

/** Kinds that are not served are not in it. */
async function discover(
  { reader }: KubeTarget,
  needed: readonly NeededPermission[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ServedKind>> {
  const served = new Map<string, ServedKind>();
  const kinds = new Map(
    needed.filter(isOnKind).map(({ permission }) => [keyOf(permission), permission]),
  );
  for (const [key, { apiVersion, kind }] of kinds) {
    if (kind === '*') continue;
    const found = await reader.resource({ apiVersion, kind }, signal);
    if (found === undefined) continue;
    const slash = found.apiVersion.indexOf('/');
    served.set(key, {
      group: slash < 0 ? '' : found.apiVersion.slice(0, slash),
      plural: found.plural,
      namespaced: found.namespaced,
      knownFrom: 'server',
    });
  }
  return served;
}

async function askAbout(
  { reader }: KubeTarget,
  right: KubeRight,
  signal: AbortSignal,
): Promise<Answer> {
  const { verb, apiVersion, kind, namespace, name, subresource } = right;
  const query = {
    verb,
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
  try {
    return yesOrNo(await reader.may(query, signal));
  } catch (error) {
    if (error instanceof DrctlError && error.code === 'CLIENT_NOT_FOUND') {
      return { has: 'unknown', because: `${kind} is not served there` };
    }
    throw error;
  }
}

function yesOrNo(allowed: boolean): Answer {
  return { has: allowed ? 'yes' : 'no' };
}
