import { expect, it } from 'vitest';
import type { CheckResult, ErrorRecord, Plan } from '../../src/engine/index.ts';
import { refusal } from '../../src/cli/refusal.ts';

const hint =
  'Check it; if target "source" is gone for good, go on without it: --unavailable source';
const silence: ErrorRecord = {
  code: 'CLIENT_UNREACHABLE',
  message: 'cannot be told: the server of target "source" does not answer (ECONNREFUSED)',
  hint,
};
const silent: CheckResult = {
  id: 'silent',
  severity: 'error',
  verdict: 'fails',
  unanswered: true,
  message: silence.message,
  error: silence,
};

function failing(id: string): CheckResult {
  const error: ErrorRecord = { code: 'ASSERTION_FAILED', message: 'found 2' };
  return { id, severity: 'error', verdict: 'fails', message: 'It is not passive', error };
}

function refused(...preconditions: readonly CheckResult[]): ReturnType<typeof refusal> {
  return refusal({ preconditions, phases: [] } as unknown as Plan);
}

it('only a server that does not answer refuses too, for no step has failed: with its code, and the way on', () => {
  expect(refused(silent)).toMatchObject({
    code: 'PRECONDITION_FAILED',
    exitCode: 3,
    message: `Nothing was begun: silent: ${silence.message} (CLIENT_UNREACHABLE)`,
    hint,
  });
});

it.each([
  ['VALUE_UNRESOLVED', 'VALUE_UNRESOLVED', 2],
  ['PROTECTED', 'PROTECTED', 3],
  ['CLIENT_DENIED', 'PRECONDITION_FAILED', 3],
  ['STEP_TIMEOUT', 'PRECONDITION_FAILED', 3],
  ['BUG', 'PRECONDITION_FAILED', 3],
] as const)(
  'a step that cannot be planned because of %s ends as %s, with %i',
  (code, as, exitCode) => {
    const error: ErrorRecord = { code, message: 'no' };
    const instances = [{ id: 'a', params: {}, changes: [], observed: [], notes: [], error }];
    const steps = [
      { id: 'a', effect: 'change', risk: 'safe', fate: { kind: 'planned', instances } },
    ];
    const plan = { preconditions: [], phases: [{ steps }] } as unknown as Plan;
    expect(refusal(plan)).toMatchObject({ code: as, exitCode });
  },
);

it('a precondition that does not hold beside it decides the code; both ways on are named', () => {
  expect(refused(silent, failing('real'))).toMatchObject({
    code: 'PRECONDITION_FAILED',
    exitCode: 3,
    message: `Nothing was begun: silent: ${silence.message} (CLIENT_UNREACHABLE); real: It is not passive`,
    hint: `Put right what fails, and plan again\nsilent: ${hint}`,
  });
});

it('of many reasons only some are named', () => {
  const six = ['a', 'b', 'c', 'd', 'e', 'f'].map(failing);
  expect(refused(...six).message).toMatch(/; d: It is not passive … and 2 more$/);
});
