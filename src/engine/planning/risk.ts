// How much a step may disturb. A person approves a plan up to the risk it shows, so what is not known yet
// counts as much as its action can do.

import { assertNever } from '../contracts/invariant.ts';
import type { Effect } from '../contracts/action.ts';
import type { Change, Risk } from '../contracts/change.ts';

const order: readonly Risk[] = ['safe', 'disruptive', 'destructive'];

/** Is `risk` above what was approved? */
export function exceedsRisk(risk: Risk, approved: Risk): boolean {
  return order.indexOf(risk) > order.indexOf(approved);
}

/** `safe` for none. */
export function highestRisk(risks: Iterable<Risk>): Risk {
  let highest: Risk = 'safe';
  for (const risk of risks) if (exceedsRisk(risk, highest)) highest = risk;
  return highest;
}

/** The highest of these changes; what is planned later adds nothing here, see `riskOfEffect`. */
export function risksOf(changes: readonly Change[]): Risk {
  return highestRisk(changes.map(riskOf));
}

/** The most that an action of this effect is taken to do while its plan is not known. */
export function riskOfEffect(effect: Effect): Risk {
  switch (effect) {
    case 'read':
      return 'safe';
    case 'change':
      return 'disruptive';
    case 'destroy':
      return 'destructive';
    default:
      return assertNever(effect);
  }
}

function riskOf(change: Change): Risk {
  switch (change.kind) {
    case 'none':
    case 'later':
      return 'safe';
    case 'create':
    case 'update':
    case 'delete':
    case 'run':
      return change.risk;
    default:
      return assertNever(change);
  }
}
