// What a fault proxy does to the calls that pass through it: which of them, how many times, and what.

export interface ProxiedCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** A WebSocket: exec. */
  readonly isUpgrade: boolean;
}

export type Fault =
  /** The proxy answers itself; the server never hears of the call. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** TCP reset: before the server hears of it, or when it has done it and nobody knows. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The connection stays open and nothing comes: no answer at all, or none after the headers. */
  | { readonly kind: 'hang'; readonly after: 'nothing' | 'headers' }
  /** Headers, then blanks, one a tick, for ever. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  /** The server's answer ends with a reset after so many bytes of its body (of a WebSocket: of what it sends). */
  | { readonly kind: 'cut-answer'; readonly bytes: number }
  /** So many bytes of what a WebSocket sends pass, then nothing does, and the connection stays open. */
  | { readonly kind: 'freeze'; readonly bytes: number }
  /** The connection is reset when so many bytes of the request's body have come. */
  | { readonly kind: 'cut-request'; readonly bytes: number }
  /** The answer's body has one bit flipped. */
  | { readonly kind: 'flip' }
  | { readonly kind: 'delay'; readonly ms: number };

export interface Rule {
  /** Absent: every call. */
  matches?(call: ProxiedCall): boolean;
  /** The first of the matching calls that it is for, from 1. Default 1. */
  readonly from?: number;
  /** How many in a row. Default: all that follow. */
  readonly times?: number;
  readonly fault: Fault;
}

export interface AddedRule {
  /** Calls that it was applied to so far. */
  readonly applied: () => number;
  remove(): void;
}

interface Kept {
  readonly rule: Rule;
  matched: number;
  applied: number;
}

/** The first rule that is for a call decides; `otherwise` for the calls that no rule is for. */
export class Rules {
  #kept: Kept[] = [];
  /** Chance, for storms. Called for every call that no rule is for. */
  otherwise: ((call: ProxiedCall) => Fault | undefined) | undefined;

  add(rule: Rule): AddedRule {
    const kept: Kept = { rule, matched: 0, applied: 0 };
    this.#kept.push(kept);
    return {
      applied: () => kept.applied,
      remove: () => {
        this.#kept = this.#kept.filter((one) => one !== kept);
      },
    };
  }

  /** From now on every call passes. */
  heal(): void {
    this.#kept = [];
    this.otherwise = undefined;
  }

  faultFor(call: ProxiedCall): Fault | undefined {
    let found: Fault | undefined;
    for (const kept of this.#kept) {
      const { matches, from = 1, times = Number.POSITIVE_INFINITY, fault } = kept.rule;
      if (matches !== undefined && !matches(call)) continue;
      kept.matched += 1;
      if (found !== undefined || kept.matched < from || kept.matched >= from + times) continue;
      kept.applied += 1;
      found = fault;
    }
    return found ?? this.otherwise?.(call);
  }
}
