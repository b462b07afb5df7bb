// What people are asked before a phase begins, in its own words: fixed when the run is planned, so that everybody who is
// asked, on whichever machine, is asked the same.

import type { Ports } from '../contracts/action.ts';
import type { PlannedPhase } from '../contracts/plan.ts';
import type { Phase } from '../contracts/runbook.ts';
import { renderKnown } from '../language/render-vars.ts';
import { baseScope } from './scope.ts';
import type { Session } from './session.ts';

export function askedOf<P extends Ports>(
  { approval, approvals, confirm }: Phase,
  session: Session<P>,
): Pick<PlannedPhase, 'approval' | 'approvals' | 'confirm'> {
  const many = approvals === 1 ? {} : { approvals };
  if (confirm === undefined) return { approval, ...many };
  const textOf = (template: string): string => {
    const value = renderKnown(template, baseScope(session));
    return session.redactor.maskText(typeof value === 'string' ? value : JSON.stringify(value));
  };
  const message = textOf(confirm.message);
  const typed = confirm.typed === undefined ? {} : { typed: textOf(confirm.typed) };
  return { approval, ...many, confirm: { message, ...typed } };
}
