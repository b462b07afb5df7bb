// Positioned problems: what is wrong in a file that a person wrote. Loaders collect all of them
// and report them at once; one bad key never hides the next.

/** A place in a text. Lines and columns count from 1, as editors do; `length` is in UTF-16 units. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface Problem {
  readonly severity: 'error' | 'warning';
  /** What is wrong, with the offending value, without a final full stop. */
  readonly message: string;
  readonly at?: SourceRange;
  /** The offending line as it stands in the file. */
  readonly snippet?: string;
  /** What to do: the nearest valid name, the allowed values, the command to run. */
  readonly hint?: string;
}
