import { describe, expect, it } from 'vitest';
import { checkApprovals } from '../../src/cli/check-approvals.ts';

const runbook = {
  phases: [
    { id: 'backup', steps: [{ id: 'snapshot' }] },
    { id: 'teardown', steps: [{ id: 'delete-pools' }] },
  ],
  targets: new Map([['source', {}]]),
  rollback: new Map([['snapshot', [{ id: 'accept-loss' }]]]),
};

describe('--approve', () => {
  it.each(['teardown', 'snapshot', 'delete-pools[a]', 'accept-loss', 'source', 'plan', 'rollback'])(
    'takes %s, which can ask for an approval',
    (name) => {
      expect(() => checkApprovals([name], runbook)).not.toThrow();
    },
  );

  it('refuses a misspelt phase with the name that was meant', () => {
    expect(() => checkApprovals(['backup', 'teardwon'], runbook)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'Did you mean "teardown"?' }),
    );
  });

  it('names what there is when nothing is near', () => {
    expect(() => checkApprovals(['everything'], runbook)).toThrow(
      expect.objectContaining({
        hint: 'Name a step, or one of: backup, teardown, plan, rollback, cleanup',
      }),
    );
  });
});
