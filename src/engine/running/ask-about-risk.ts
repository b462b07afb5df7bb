// A plan is approved up to the risk it shows. A step that turns out riskier, once it is planned with what is known by
// then, is not begun unless a person agrees.

import type { Ports } from '../contracts/action.ts';
import type { Change } from '../contracts/change.ts';
import { DrctlError } from '../contracts/errors.ts';
import { exceedsRisk, risksOf } from '../planning/risk.ts';
import { askPerson } from './ask-person.ts';
import type { Execution } from './execution.ts';
import type { AttemptRequest } from './prepare-attempt.ts';

/** RISK_RAISED as a value, when nobody agreed; undefined when the attempt may begin. */
export async function askAboutRisk<P extends Ports>(
  run: Execution<P>,
  { id, of }: AttemptRequest,
  changes: readonly Change[],
): Promise<DrctlError | 'interrupted' | undefined> {
  const approved = run.approvedRisks.get(of.step.id);
  const risk = risksOf(changes);
  if (approved === undefined || !exceedsRisk(risk, approved)) return undefined;
  const message = `Step "${id}" is ${risk} now; the plan that was approved had it as ${approved}`;
  try {
    const approval = await askPerson(run, { subject: of.step.id, message });
    return approval === undefined ? 'interrupted' : undefined;
  } catch (cause) {
    if (!(cause instanceof DrctlError)) throw cause;
    return new DrctlError('RISK_RAISED', message, {
      cause,
      step: id,
      hint: `Look at what changed, then run "drctl resume ${run.session.runId} --approve ${of.step.id}"`,
    });
  }
}
