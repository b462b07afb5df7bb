// Only a part of a runbook: what a person asked for, and what follows from it for each step.

/** Without `phases` and `only` everything is asked for. */
export interface StepChoice {
  readonly phases: readonly string[];
  readonly only: readonly string[];
  /** The first and the last step, in the order in which a plan shows them. */
  readonly from?: string;
  readonly until?: string;
  readonly skip: readonly string[];
  /** Why steps are skipped, and who says so ("ana@host"): with `skip` only. */
  readonly reason?: string;
  readonly by?: string;
}

/** Part of a plan, so that it stays the same for the whole run, whoever goes on with it. */
export interface Selection {
  readonly choice: StepChoice;
  /** Step id → why it is not carried out, as a sentence. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Reading steps that nobody asked for and that are carried out all the same, because what is chosen needs them. */
  readonly kept: readonly string[];
}
