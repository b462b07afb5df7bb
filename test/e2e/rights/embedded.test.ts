// Against the embedded API servers, which decide by the roles and bindings in their store.

import { describe, expect, it } from 'vitest';
import { stopLabs } from '../../lab/world/lab-fixture.ts';
import { startRehearsal } from './limited-operator.ts';
import { describeWholeRunbook } from './whole-runbook.ts';

describeWholeRunbook({ backend: 'embedded' });

const LIMIT_MS = 120_000;

describe('drctl doctor of the shipped runbook', () => {
  it(
    'says what is there and what is missing, target by target',
    { timeout: LIMIT_MS },
    async () => {
      const world = await startRehearsal({});
      await world.drctl('doctor', 'RUNBOOK', 'ENV', '--write', 'rights');
      for (const target of ['source', 'hosted'] as const) await world.grant(target);
      const { code, stdout } = await world.drctl('doctor', 'RUNBOOK', 'ENV');
      await stopLabs();
      expect(code).toBe(3);
      expect(stdout.replaceAll(/AKIALAB\w+/g, 'ACCESS-KEY')).toMatchSnapshot();
    },
  );
});
