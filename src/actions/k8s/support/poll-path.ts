// Waits until a path such as /readyz answers as wanted. A server that does not answer yet is what is waited for.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeReader } from '../../ports.ts';
import { hasCode, isTransient } from './errors.ts';
import type { Verdict } from './watch-until.ts';

const pauseMs = 2_000;
/** Longer than any timeout that a step can sensibly have. */
const maxPolls = 50_000;

export function pathVerdict(status: number, wanted: number): Verdict {
  if (status === wanted) return { holds: true };
  const why = refusals.get(status);
  return { holds: false, seen: `status ${status}${why === undefined ? '' : ` (${why})`}` };
}

/** A server that starts refuses for a while; one that goes on like that wants something of a person. */
const refusals = new Map([
  [
    401,
    'the server does not accept the credentials: log in again, or check the token or certificate in the kubeconfig',
  ],
  [403, 'the server knows the user, who may not get this path'],
]);

/** Throws the signal's reason when aborted. */
export async function pollPath(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  wanted: { readonly path: string; readonly status: number },
): Promise<void> {
  for (let poll = 0; poll < maxPolls; poll += 1) {
    const verdict = await askOnce(kube, ctx, wanted);
    if (verdict.holds) return;
    ctx.report({
      message: `Waiting for ${wanted.path} to answer ${wanted.status}; last seen: ${verdict.seen}`,
    });
    await ctx.sleep(pauseMs);
  }
  throw new DrctlError('CLIENT_UNREACHABLE', `${wanted.path} never answered ${wanted.status}`);
}

async function askOnce(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  wanted: { readonly path: string; readonly status: number },
): Promise<Verdict> {
  try {
    return pathVerdict((await kube.raw(wanted.path, ctx.signal)).status, wanted.status);
  } catch (error) {
    ctx.signal.throwIfAborted();
    // A server that is just starting may refuse everybody until its own authentication works.
    const isStarting = hasCode(error, 'CLIENT_DENIED', 'CLIENT_UNAUTHENTICATED');
    if (!isTransient(error) && !isStarting) throw error;
    return { holds: false, seen: error instanceof Error ? error.message : 'no answer' };
  }
}
