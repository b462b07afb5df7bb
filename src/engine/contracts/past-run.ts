// What an earlier run tells of the next one.

export interface PastRun {
  /** When it ended: RFC 3339. */
  readonly endedAt: string;
  readonly tookMs: number;
  /** Of those whose two steps it carried out. */
  readonly outages: readonly { readonly title: string; readonly tookMs: number }[];
}
