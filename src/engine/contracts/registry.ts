// Name → action. Built once from a list that can be read; importing an action registers nothing.

import { closest } from './closest.ts';
import { DrctlError } from './errors.ts';
import type { Action, Ports } from './action.ts';

export interface Registry<P extends Ports> {
  readonly actions: readonly Action<P>[];
  find(name: string): Action<P> | undefined;
  /** Throws ACTION_UNKNOWN with the nearest name. */
  get(name: string): Action<P>;
}

/** Throws ACTION_DUPLICATE when two actions share a name. */
export function createRegistry<P extends Ports>(actions: readonly Action<P>[]): Registry<P> {
  const byName = new Map<string, Action<P>>();
  for (const action of actions) {
    if (byName.has(action.name)) {
      throw new DrctlError('ACTION_DUPLICATE', `Two actions are named "${action.name}"`);
    }
    byName.set(action.name, action);
  }
  return {
    actions: [...byName.values()],
    find: (name) => byName.get(name),
    get: (name) => {
      const action = byName.get(name);
      if (action !== undefined) return action;
      const near = closest(name, byName.keys());
      throw new DrctlError('ACTION_UNKNOWN', `No action is named "${name}"`, {
        hint: near === undefined ? 'Run "drctl actions" for the list' : `Did you mean "${near}"?`,
      });
    },
  };
}
