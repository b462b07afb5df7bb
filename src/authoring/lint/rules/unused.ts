// Rules about what is declared and used nowhere.

import type { Rule } from '../finding.ts';
import { isUsed, stringsIn, textsOf } from '../texts.ts';

export const unusedEnv: Rule = {
  name: 'unused-env',
  describe: 'A value is declared, and nothing uses it: a required one is asked for in vain',
  find({ runbook }) {
    const texts = textsOf(runbook);
    return [...runbook.env]
      .filter(([name]) => !isUsed('env', name, texts))
      .map(([name, { at }]) => ({ message: `Nothing uses env.${name}`, at, hint: 'Remove it' }));
  },
};

export const unusedVar: Rule = {
  name: 'unused-var',
  describe: 'A variable is computed, and nothing uses it',
  find({ runbook }) {
    const texts = textsOf(runbook);
    return [...runbook.vars.keys()]
      .filter((name) => !isUsed('vars', name, texts))
      .map((name) => ({ message: `Nothing uses vars.${name}`, hint: 'Remove it' }));
  },
};

export const unusedTarget: Rule = {
  name: 'unused-target',
  describe: 'A target is declared, and no step names it: it must answer for nothing',
  find({ runbook }) {
    const { locks, preconditions, phases, rollback } = runbook;
    const users = [locks, preconditions, phases, [...rollback.values()]];
    const named = new Set(stringsIn(JSON.parse(JSON.stringify(users))));
    return [...runbook.targets]
      .filter(([name]) => !named.has(name))
      .map(([name, { at }]) => ({
        message: `Nothing uses the target ${name}`,
        at,
        hint: 'Remove it',
      }));
  },
};
