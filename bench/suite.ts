import type { BenchLine } from './report/line.ts';

export interface BenchContext {
  /** How often each side is measured. */
  rounds: number;
  /** The checkout: shipped runbooks, examples, the built command. */
  root: string;
  /** The built command: `[node, bin/drctl.js]`. */
  drctl: readonly string[];
  /** An empty folder of the suite's own, removed afterwards. */
  folder: string;
  /** Says on standard error what is being measured. */
  tell(text: string): void;
}

/** One area: measures, and gives its lines. A peer that is not installed gives lines that say so. */
export interface Suite {
  name: string;
  measure(context: BenchContext): Promise<BenchLine[]>;
}
