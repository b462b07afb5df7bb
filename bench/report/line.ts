// One line of the result: a figure of drctl's, what it is compared with in the same run, and what it has to be.

/** What a figure must be: `ratio` is ours divided by theirs, `value` our own figure in its unit. */
export interface Limit {
  of: 'ratio' | 'value';
  /** The figure may not be above this. */
  atMost?: number;
  /** The figure may not be below this. */
  atLeast?: number;
}

/** A measured line. A line without a limit is for reading only. */
export interface Line {
  suite: string;
  name: string;
  /** 's', 'ms', 'MiB', 'MB/s', '1/s', '×' … */
  unit: string;
  /** The median of what was measured of drctl. */
  ours: number;
  /** What it is compared with: 'node -e 0', 'terraform', 'kubectl get -o yaml' … */
  peer?: string;
  /** The peer's median, in the same unit, measured in turns with ours. */
  theirs?: number;
  limit?: Limit;
  /** How often each side was measured. */
  rounds?: number;
}

/** A line that could not be measured here, and why: a peer is not installed, for one. */
export interface NotMeasured {
  suite: string;
  name: string;
  because: string;
}

export type BenchLine = Line | NotMeasured;

export const isMeasured = (line: BenchLine): line is Line => 'ours' in line;

/** Ours over theirs; undefined where there is nothing to compare with. */
export function ratioOf(line: Line): number | undefined {
  return line.theirs === undefined ? undefined : line.ours / line.theirs;
}

/** Whether the line is what it has to be; undefined where nothing was asked of it. */
export function holds(line: Line): boolean | undefined {
  if (line.limit === undefined) return undefined;
  const figure = line.limit.of === 'ratio' ? ratioOf(line) : line.ours;
  if (figure === undefined) return false;
  const { atMost = Infinity, atLeast = -Infinity } = line.limit;
  return figure <= atMost && figure >= atLeast;
}
