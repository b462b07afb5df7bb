// Rules about what a person is told.

import type { Rule } from '../finding.ts';

export const checkWithoutRemedy: Rule = {
  name: 'check-without-remedy',
  describe: 'A check that fails at night says what it found, and not what to do about it',
  find: ({ runbook }) =>
    runbook.preconditions
      .filter(({ message, remedy }) => message === undefined || remedy === undefined)
      .map(({ id, message, at }) => ({
        message: `Precondition ${id} has no ${message === undefined ? 'message' : 'remedy'}`,
        at,
        hint: 'Say in "message" what is wrong, and in "remedy" what to do: a command that can be pasted',
      })),
};

export const stepWithoutTitle: Rule = {
  name: 'step-without-title',
  describe: 'A step shows only its id to whoever reads the plan',
  find: ({ runbook }) =>
    runbook.phases
      .flatMap(({ steps }) => steps)
      .filter(({ id, title }) => title === id)
      .map(({ id, at }) => ({
        message: `Step ${id} has no title`,
        at,
        hint: 'Say in "title" what it does',
      })),
};
