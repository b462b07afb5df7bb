// What the linter is made of: rules, and what they find.

import type { Ports, Problem, Registry, Runbook } from '../../engine/index.ts';

/** Something that is valid, and may hurt. */
export interface Finding extends Problem {
  /** "unused-env" */
  readonly rule: string;
}

export interface Linted<P extends Ports> {
  readonly runbook: Runbook;
  readonly registry: Registry<P>;
}

/** A finding before it has its rule's name and the line it is about. */
export type Found = Pick<Problem, 'message' | 'at' | 'hint'>;

export interface Rule {
  readonly name: string;
  /** What it looks for and why, in one sentence. */
  readonly describe: string;
  find<P extends Ports>(linted: Linted<P>): readonly Found[];
}
