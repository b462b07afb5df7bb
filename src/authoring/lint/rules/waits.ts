// The rule about waits without an end of their own.

import { formatDuration } from '../../../engine/index.ts';
import type { Rule } from '../finding.ts';

export const waitWithoutTimeout: Rule = {
  name: 'wait-without-timeout',
  describe:
    'A step waits for the world for as long as any step may take: nobody thought about how long is too long',
  find: ({ runbook }) =>
    runbook.phases
      .flatMap(({ steps }) => steps)
      .filter(
        ({ action, timeoutIsDefault }) => action.endsWith('.wait') && timeoutIsDefault === true,
      )
      .map(({ id, timeoutMs, at }) => ({
        message: `Step ${id} waits, and does not say for how long (${formatDuration(timeoutMs)} by default)`,
        at,
        hint: 'Give it a "timeout": the longest time in which it can still succeed',
      })),
};
