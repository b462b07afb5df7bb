// Waits until a path such as /readyz answers as wanted. A server that does not answer yet is what is waited for.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, KubeReader } from '../../ports.ts';
import { hasCode, isTransient } from './errors.ts';
import type { Verdict } from './watch-until.ts';

/** There is nothing to watch. A look at /readyz costs the server next to nothing. */
const pauseMs = 100;
/**
 * A look that has no answer after this long is left alone, and another begins beside it: the name may lead elsewhere by
 * now, while the old connection hangs until its own time limit.
 */
const patienceMs = 1_000;
const maxOpen = 8;
/** Longer than any timeout that a step can sensibly have. */
const maxPolls = 1_000_000;

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
  const over = new AbortController();
  const within = { ...ctx, signal: AbortSignal.any([ctx.signal, over.signal]) };
  try {
    await ctx.waiting(`${wanted.path} to answer ${wanted.status}`, async () =>
      pollUntil(kube, within, wanted),
    );
  } finally {
    over.abort();
  }
}

async function pollUntil(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  wanted: { readonly path: string; readonly status: number },
): Promise<void> {
  const looks = new Looks((signal) => askOnce(kube, ctx, wanted, signal));
  for (let poll = 0; poll < maxPolls; poll += 1) {
    looks.begin();
    const verdict = await Promise.race([...looks.open(), ctx.sleep(patienceMs)]);
    if (verdict === undefined) continue;
    if (verdict.holds) return;
    ctx.report({
      message: `Waiting for ${wanted.path} to answer ${wanted.status}; last seen: ${verdict.seen}`,
    });
    await ctx.sleep(pauseMs);
  }
  throw new DrctlError('CLIENT_UNREACHABLE', `${wanted.path} never answered ${wanted.status}`);
}

/** Looks that have no answer yet. The oldest is given up for a new one. */
class Looks {
  private readonly under = new Map<Promise<Verdict>, AbortController>();
  private readonly ask: (signal: AbortSignal) => Promise<Verdict>;

  constructor(ask: (signal: AbortSignal) => Promise<Verdict>) {
    this.ask = ask;
  }

  begin(): void {
    const [oldest] = this.under;
    if (oldest !== undefined && this.under.size >= maxOpen) {
      oldest[1].abort();
      this.under.delete(oldest[0]);
    }
    const given = new AbortController();
    const look = this.ask(given.signal);
    this.under.set(look, given);
    const end = (): void => void this.under.delete(look);
    look.then(end, end);
  }

  open(): readonly Promise<Verdict>[] {
    return [...this.under.keys()];
  }
}

async function askOnce(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  wanted: { readonly path: string; readonly status: number },
  givenUp: AbortSignal,
): Promise<Verdict> {
  try {
    const signal = AbortSignal.any([ctx.signal, givenUp]);
    return pathVerdict((await kube.raw(wanted.path, signal)).status, wanted.status);
  } catch (error) {
    ctx.signal.throwIfAborted();
    // A server that is just starting may refuse everybody until its own authentication works.
    const isStarting = hasCode(error, 'CLIENT_DENIED', 'CLIENT_UNAUTHENTICATED');
    if (!givenUp.aborted && !isTransient(error) && !isStarting) throw error;
    return { holds: false, seen: error instanceof Error ? error.message : 'no answer' };
  }
}
