// flow.sleep: waits. The end is fixed when the step first begins, so that a resumed run waits only for the rest.

import { Type } from 'typebox';
import { Duration, defineAction, formatDuration, parseDuration } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';

const params = Type.Object(
  { duration: Duration({ description: 'How long to wait' }) },
  { additionalProperties: false },
);
const outputs = Type.Object({});

export const flowSleep = defineAction<DrPorts, typeof params, typeof outputs>({
  name: 'flow.sleep',
  version: 1,
  effect: 'read',
  summary: 'Waits',
  examples: [{ id: 'let-caches-expire', action: 'flow.sleep', with: { duration: '90s' } }],
  params,
  outputs,
  permissions: () => ({ carryOut: [] }),
  plan: ({ duration }) =>
    Promise.resolve({
      changes: [{ kind: 'none', because: `waits ${formatDuration(parseDuration(duration))}` }],
      outputs: {},
    }),
  apply: async ({ duration }, ctx) => {
    const wholeMs = parseDuration(duration);
    const untilMs = typeof ctx.cursor === 'number' ? ctx.cursor : ctx.now().getTime() + wholeMs;
    await ctx.progress(untilMs);
    // A clock that was set back between two sessions must not make the wait longer than it is.
    const leftMs = Math.min(wholeMs, untilMs - ctx.now().getTime());
    if (leftMs > 0) await ctx.waiting('the time to pass', async () => ctx.sleep(leftMs));
    return {};
  },
  probe: () => Promise.resolve({ found: 'not-done' }),
  undo: { possible: false, because: 'changes nothing' },
});
