// Where a moment of a run stands on its time line, in per cent of its width. Stretches in which no drctl was at work may be
// a hundred times as long as the work: each gets the same small width. Short sessions get enough to be seen.

export interface Stretch {
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Scale {
  /** 0 to 100. */
  at(ms: number): number;
  /** Stretches without work, in per cent. */
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly ms: number }[];
}

const GAP = 8;
const ALL_GAPS = 32;
/** What each session has beside its share of the time. */
const BASE = 0.12;

/** Of sessions that follow each other. */
export function scaleOf(sessions: readonly Stretch[]): Scale {
  const gapWidth = Math.min(GAP, ALL_GAPS / Math.max(1, sessions.length - 1));
  const totalMs = sessions.reduce((sum, one) => sum + lengthOf(one), 0);
  const weights = sessions.map((one) => (totalMs === 0 ? 0 : lengthOf(one) / totalMs) + BASE);
  const weight = weights.reduce((sum, one) => sum + one, 0);
  const room = 100 - gapWidth * Math.max(0, sessions.length - 1);
  let x = 0;
  const placed = sessions.map((one, index) => {
    const width = ((weights[index] ?? 0) / weight) * room;
    const place = { ...one, x, width };
    x += width + gapWidth;
    return place;
  });
  return {
    at(ms) {
      const own = placed.findLast(({ fromMs }) => fromMs <= ms) ?? placed[0];
      if (own === undefined) return 0;
      const share = (ms - own.fromMs) / Math.max(1, lengthOf(own));
      const within = own.x + own.width * Math.min(1, Math.max(0, share));
      if (ms <= own.toMs) return within;
      // In the gap after it, or after the end.
      const next = placed[placed.indexOf(own) + 1];
      if (next === undefined) return within;
      const gone = (ms - own.toMs) / Math.max(1, next.fromMs - own.toMs);
      return within + (next.x - within) * Math.min(1, gone);
    },
    gaps: placed.slice(1).map((one, index) => {
      const before = placed[index];
      const from = before === undefined ? 0 : before.x + before.width;
      return { from, to: one.x, ms: Math.max(0, one.fromMs - (before?.toMs ?? one.fromMs)) };
    }),
  };
}

const lengthOf = ({ fromMs, toMs }: Stretch): number => Math.max(0, toMs - fromMs);
