// What the head of a plan says of each target: where it is, and what answers there. Never fails: a target that does
// not answer says so itself.

import type { DrReaders } from '../actions/index.ts';
import type { RenderedTarget } from '../engine/index.ts';

export interface TargetFact {
  readonly name: string;
  readonly type: RenderedTarget['type'];
  /** The kubeconfig, or the region. */
  readonly where: string;
  /** "Kubernetes v1.31.2", an AWS identity; absent: not asked. */
  readonly answers?: string;
  readonly problem?: string;
}

/** A header must not hold a plan up. */
const FACT_TIMEOUT_MS = 15_000;

export async function targetFacts(options: {
  readonly targets: ReadonlyMap<string, RenderedTarget>;
  readonly unavailable: readonly string[];
  readonly readers: DrReaders;
  readonly offline: boolean;
  readonly signal: AbortSignal;
}): Promise<readonly TargetFact[]> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(FACT_TIMEOUT_MS)]);
  return Promise.all(
    [...options.targets].map(async ([name, { type, settings }]) => {
      const place = settings['kubeconfig'] ?? settings['region'];
      const where = typeof place === 'string' ? place : '';
      const fact = { name, type, where };
      if (options.unavailable.includes(name)) return { ...fact, problem: 'given up' };
      if (options.offline) return fact;
      try {
        return { ...fact, answers: await ask(name, type, { readers: options.readers, signal }) };
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        return { ...fact, problem };
      }
    }),
  );
}

async function ask(
  name: string,
  type: RenderedTarget['type'],
  { readers, signal }: { readonly readers: DrReaders; readonly signal: AbortSignal },
): Promise<string> {
  if (type === 'kubernetes') {
    const reader = await readers.kube(name);
    return `Kubernetes ${await reader.version(signal)}`;
  }
  const reader = await readers.s3(name);
  return (await reader.identity(signal)) ?? 'identity not known';
}
