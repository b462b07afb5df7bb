// What the head of a plan says of each target: where it is, and what answers there. Never fails: a target that does
// not answer says so itself.

import { withDeadline } from '../engine/index.ts';
import type { RenderedTarget } from '../engine/index.ts';
import type { Connections } from './compose.ts';

export interface TargetFact {
  readonly name: string;
  readonly type: RenderedTarget['type'];
  /** The kubeconfig, or the region. */
  readonly where: string;
  /** Kubernetes only: the API server's URL. */
  readonly server?: string;
  /** "Kubernetes v1.31.2 as ana", an AWS identity; absent: not asked. */
  readonly answers?: string;
  readonly problem?: string;
  /** It was given up, and its server answers all the same. */
  readonly answersThough?: true;
}

/** A header must not hold a plan up. */
const FACT_TIMEOUT_MS = 15_000;

export async function targetFacts(options: {
  readonly targets: ReadonlyMap<string, RenderedTarget>;
  readonly unavailable: readonly string[];
  readonly connections: Connections;
  readonly offline: boolean;
  readonly signal: AbortSignal;
}): Promise<readonly TargetFact[]> {
  const { connections, signal } = options;
  return Promise.all(
    [...options.targets].map(async ([name, { type, settings }]) => {
      const place = settings['kubeconfig'] ?? settings['region'];
      const where = typeof place === 'string' ? place : '';
      const fact = { name, type, where };
      if (options.unavailable.includes(name)) {
        const isThere = !options.offline && (await answersThough(name, { connections, signal }));
        return isThere
          ? { ...fact, problem: 'given up, and yet it answers', answersThough: true }
          : { ...fact, problem: 'given up' };
      }
      if (options.offline) return fact;
      try {
        const deadline = { ms: FACT_TIMEOUT_MS, signal, subject: `Asking ${name}` };
        const asked = withDeadline(deadline, (bounded) =>
          ask(name, type, { connections, signal: bounded }),
        );
        return { ...fact, ...(await asked) };
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        return { ...fact, problem };
      }
    }),
  );
}

/** Given up is what is gone: nobody waits long for it. */
const GONE_TIMEOUT_MS = 5_000;

async function answersThough(
  name: string,
  { connections, signal }: { readonly connections: Connections; readonly signal: AbortSignal },
): Promise<boolean> {
  const deadline = { ms: GONE_TIMEOUT_MS, signal, subject: `Asking ${name}` };
  try {
    return await withDeadline(deadline, (bounded) => connections.answers(name, bounded));
  } catch {
    return false;
  }
}

async function ask(
  name: string,
  type: RenderedTarget['type'],
  { connections, signal }: { readonly connections: Connections; readonly signal: AbortSignal },
): Promise<Pick<TargetFact, 'answers' | 'server'>> {
  if (type === 'kubernetes') {
    const { reader, account } = connections.kubeTarget(name);
    // First of all, so that a server that is gone is told of as such.
    const version = await reader.version(signal);
    const [server, identity] = await Promise.all([account.server(signal), account.whoAmI(signal)]);
    const who = identity === undefined ? 'as somebody that nobody names' : `as ${identity.user}`;
    return { answers: `Kubernetes ${version} ${who}`, server };
  }
  const reader = await connections.readers.s3(name);
  return { answers: (await reader.identity(signal)) ?? 'identity not known' };
}
