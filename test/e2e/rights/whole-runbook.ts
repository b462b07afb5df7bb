// The shipped runbook with exactly the rights that doctor prints: they are enough, and each of them is used.

import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/actions/ports.ts';
import type { LabOptions } from '../../../src/lab/index.ts';
import { stopLabs } from '../../lab/world/lab-fixture.ts';
import { startRehearsal, targetNames } from './limited-operator.ts';
import type { AskedRequest, Rehearsal, TargetName } from './limited-operator.ts';
import { unusedGrants } from './unused-grants.ts';

const LIMIT_MS = 600_000;

export function describeWholeRunbook(options: Omit<LabOptions, 'dir'>): void {
  describe(`with the rights that doctor prints (${options.backend ?? 'embedded'})`, () => {
    const asked: Record<TargetName, AskedRequest[]> = { source: [], destination: [], hosted: [] };
    const granted: Partial<Record<TargetName, readonly KubeObject[]>> = {};

    async function granting(more: Omit<LabOptions, 'dir'> = {}): Promise<Rehearsal> {
      const world = await startRehearsal({ ...options, ...more });
      const before = await world.drctl('doctor', 'RUNBOOK', 'ENV', '--write', 'rights');
      expect(before.code, before.stdout).toBe(3);
      for (const target of targetNames) granted[target] = await world.grant(target);
      return world;
    }

    async function remember(world: Rehearsal): Promise<void> {
      for (const target of targetNames) asked[target].push(...(await world.asked(target)));
    }

    it('the whole runbook is planned and carried out', { timeout: LIMIT_MS }, async () => {
      const world = await granting();
      const after = await world.drctl('doctor', 'RUNBOOK', 'ENV');
      expect(after.code, after.stdout).toBe(0);
      const planned = await world.drctl('plan', 'RUNBOOK', 'ENV');
      expect(planned.code, planned.stdout + planned.stderr).toBe(0);
      const applied = await world.drctl('apply', 'RUNBOOK', 'ENV', '--auto-approve');
      expect(applied.code, applied.stdout + applied.stderr).toBe(0);
      await remember(world);
      await stopLabs();
    });

    it('all of it is undone, up to the point of no return', { timeout: LIMIT_MS }, async () => {
      const world = await granting({ endpointAccess: 'PublicAndPrivate' });
      const waiting = await world.drctl('apply', 'RUNBOOK', 'ENV', '--approve', 'plan');
      expect(waiting.code, waiting.stdout + waiting.stderr).toBe(5);
      const undone = await world.drctl('rollback', '--auto-approve');
      expect(undone.code, undone.stdout + undone.stderr).toBe(0);
      await remember(world);
      await stopLabs();
    });

    it.each(targetNames)('each right is used by one of them: %s', (target) => {
      expect(unusedGrants(granted[target] ?? [], asked[target])).toEqual([]);
    });
  });
}
