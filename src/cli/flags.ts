// Flags that several commands share: one name and one meaning everywhere.

import type { Options } from 'yargs';

export const commonFlags = {
  json: {
    type: 'boolean',
    default: false,
    describe: 'One JSON event per line on stdout, nothing else there',
  },
  color: {
    type: 'boolean',
    default: true,
    describe: 'Colours on a terminal (NO_COLOR also switches them off)',
  },
  quiet: {
    alias: 'q',
    type: 'boolean',
    default: false,
    describe: 'Results and errors only, no progress',
  },
  verbose: {
    alias: 'v',
    type: 'boolean',
    default: false,
    describe: 'More about what goes on, and where errors come from',
  },
} as const satisfies Record<string, Options>;

export const inputFlags = {
  'env-file': {
    alias: 'e',
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'Shell-style file of values; may be given again, later ones win',
  },
  set: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'NAME=VALUE; wins over the process environment and env files',
  },
} as const satisfies Record<string, Options>;

export const stateFlags = {
  state: {
    type: 'string',
    describe:
      'Where runs live: a folder or s3://BUCKET/PREFIX (default: DRCTL_STATE, then .drctl in the working folder)',
  },
} as const satisfies Record<string, Options>;

export const DEFAULT_PARALLEL = 8;

export const planFlags = {
  parallel: {
    type: 'number',
    default: DEFAULT_PARALLEL,
    describe: 'How many steps may be under way at once',
  },
  unavailable: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'A target that is gone: its steps are planned as skipped, with what that risks',
  },
} as const satisfies Record<string, Options>;

/** Only a part of a runbook. */
export const choiceFlags = {
  phase: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'Only this phase; may be given again',
  },
  only: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'Only this step (with --phase: also this one); may be given again',
  },
  from: {
    type: 'string',
    describe: 'Begin at this step, in the order in which the plan shows them',
  },
  until: { type: 'string', describe: 'End with this step' },
  skip: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'Leave this step out; may be given again, needs --reason',
  },
  reason: { type: 'string', describe: 'Why steps are skipped; kept with the run and your name' },
} as const satisfies Record<string, Options>;

/** All of a plan. */
export const fullFlags = {
  full: { type: 'boolean', default: false, describe: 'Every object and every field' },
  pager: {
    type: 'boolean',
    default: true,
    describe: 'With --full on a terminal: through $DRCTL_PAGER, $PAGER or less (--no-pager: never)',
  },
} as const satisfies Record<string, Options>;

export const takeoverFlags = {
  takeover: {
    type: 'boolean',
    default: false,
    describe:
      'Take the run from whoever holds it, and its locks anew when they are gone; only when surely nobody else works there',
  },
} as const satisfies Record<string, Options>;

export const approvalFlags = {
  'auto-approve': {
    type: 'boolean',
    default: false,
    describe: 'Say yes to everything, also where a name would have to be typed',
  },
  approve: {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: 'Say yes to this phase or step; may be given again',
  },
  timeout: {
    type: 'string',
    describe:
      'Stop at a safe point after this long, for example 90s or 2h (the run can be resumed)',
  },
} as const satisfies Record<string, Options>;
