// Actions that only look: one function in place of four.

import type { Static, TSchema } from 'typebox';
import { defineAction } from './action.ts';
import type { Action, ActionSpec, Planned, Ports, ReadContext } from './action.ts';

/** What a `read` action leaves out: it has one function, and nothing to undo or to doubt. */
export interface ReadActionSpec<
  P extends Ports,
  PS extends TSchema,
  OS extends TSchema,
> extends Omit<
  ActionSpec<P, PS, OS>,
  'effect' | 'apply' | 'probe' | 'undo' | 'plan' | 'artifacts'
> {
  /** Reads, and gives the outputs. Called by `apply`; and by `plan` unless `plan` is given (a wait must not wait there). */
  read(params: Static<PS>, ctx: ReadContext<P>): Promise<Static<OS>>;
  plan?(params: Static<PS>, ctx: ReadContext<P>): Promise<Planned<Static<OS>>>;
}

/** A `read` action: planning it is doing it, doing it again is harmless, there is nothing to undo. */
export function defineReadAction<P extends Ports, PS extends TSchema, OS extends TSchema>(
  spec: ReadActionSpec<P, PS, OS>,
): Action<P> {
  const { read, ...rest } = spec;
  return defineAction<P, PS, OS>({
    ...rest,
    effect: 'read',
    plan:
      spec.plan ??
      (async (params, ctx) => ({
        changes: [{ kind: 'none', because: 'reads only' }],
        outputs: await read(params, ctx),
      })),
    apply: read,
    probe: async () => ({ found: 'not-done' }),
    undo: { possible: false, because: 'reads only' },
  });
}
