// The longest chain of a run: from its last moment back to its first, at each point over what had to end before the next
// could begin. Every moment of the time that it covers belongs to exactly one link. Pure.

import type { PlannedPhase } from '../engine/index.ts';
import { asksPeople } from './spans.ts';
import type { Span } from './spans.ts';

/** Milliseconds. `ownMs`: drctl's own work; `idleMs`: no drctl was at work. */
export interface Times {
  readonly tookMs: number;
  readonly ownMs: number;
  readonly waitMs: number;
  readonly personMs: number;
  readonly idleMs: number;
}

/** Beginning where the link before it ended: what came before its own begin (guards, its plan) is in `ownMs`. */
export interface Link extends Times {
  /** An instance of a step, or a phase for its approval. */
  readonly id: string;
  readonly kind: Span['kind'];
  readonly title: string;
  readonly phase: string | null;
  /** RFC 3339, UTC. */
  readonly beganAt: string;
  readonly waitedFor: string | null;
}

export interface Chain extends Times {
  readonly links: readonly Link[];
}

/** What has to end before a span can begin. */
export type Order = (earlier: Span, later: Span) => boolean;

export function orderOf(phases: readonly PlannedPhase[]): Order {
  const place = new Map(phases.map(({ id }, index) => [id, index]));
  const needs = new Map(phases.flatMap(({ steps }) => steps.map((step) => [step.id, step.needs])));
  const all = new Map([...needs.keys()].map((id) => [id, allNeeds(id, needs)]));
  const placeOf = ({ phase = '' }: Span): number => place.get(phase) ?? -1;
  return (earlier, later) => {
    if (earlier.kind === 'session' || earlier.kind === 'undo') return true;
    if (later.kind === 'session' || later.kind === 'undo' || later.kind === 'end') return true;
    if (placeOf(earlier) !== placeOf(later)) return placeOf(earlier) < placeOf(later);
    if (earlier.kind === 'approval' || earlier.id === later.id) return true;
    const { step = '' } = later;
    return earlier.step === step
      ? earlier.id === step
      : all.get(step)?.has(earlier.step ?? '') === true;
  };
}

function allNeeds(id: string, needs: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...(needs.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(needs.get(next) ?? []));
  }
  return found;
}

/** Back from `last` to `fromMs`. */
export function chainTo(
  last: Span,
  {
    spans,
    order,
    fromMs,
  }: { readonly spans: readonly Span[]; readonly order: Order; readonly fromMs: number },
): Chain {
  const links: Link[] = [];
  let span: Span | undefined = last;
  while (span !== undefined && span.endedMs > fromMs) {
    const before = whatItWaitedFor(span, spans, order);
    const beganMs = Math.max(fromMs, before?.endedMs ?? fromMs);
    links.push(linkOf(span, beganMs));
    span = before;
  }
  links.reverse();
  return { ...sumOf(links), links: links.filter(({ tookMs }) => tookMs > 0) };
}

/** What ended last of all that had to end; of several at the same moment the one that took longest. */
function whatItWaitedFor(span: Span, spans: readonly Span[], order: Order): Span | undefined {
  const index = spans.indexOf(span);
  return spans
    .filter(
      (one, at) =>
        one !== span &&
        one.endedMs <= span.beganMs &&
        (one.beganMs < span.beganMs || at < index) &&
        order(one, span),
    )
    .toSorted((a, b) => a.endedMs - b.endedMs || b.beganMs - a.beganMs)
    .at(-1);
}

function linkOf(span: Span, fromMs: number): Link {
  const beganMs = Math.max(fromMs, span.beganMs);
  const workMs = span.endedMs - beganMs;
  const gapMs = beganMs - fromMs;
  const waitedMs = Math.min(span.waited?.ms ?? 0, workMs);
  const isAsking = span.action === asksPeople;
  return {
    id: span.id,
    kind: span.kind,
    title: span.title,
    phase: span.phase ?? null,
    beganAt: new Date(fromMs).toISOString(),
    tookMs: gapMs + workMs,
    ownMs: workMs - waitedMs + (span.before === 'own' ? gapMs : 0),
    waitMs: isAsking ? 0 : waitedMs,
    personMs: (isAsking ? waitedMs : 0) + (span.before === 'person' ? gapMs : 0),
    idleMs: span.before === 'idle' ? gapMs : 0,
    waitedFor: waitedMs > 0 ? (span.waited?.for ?? null) : null,
  };
}

function sumOf(links: readonly Link[]): Times {
  const sum = (name: keyof Times): number => links.reduce((total, link) => total + link[name], 0);
  return {
    tookMs: sum('tookMs'),
    ownMs: sum('ownMs'),
    waitMs: sum('waitMs'),
    personMs: sum('personMs'),
    idleMs: sum('idleMs'),
  };
}
