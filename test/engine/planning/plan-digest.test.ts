// The digest by which a plan is approved: the same while nothing changes, another one when something else would be done.

import { describe, expect, it } from 'vitest';
import { planDigest, planRun } from '../../../src/engine/index.ts';
import type { Plan } from '../../../src/engine/index.ts';
import { make, set, worldOf } from './plans.ts';
import { check, phase, step, toySession } from './toy-world.ts';

const first = '20261122-031502-toy-aaaa';
const second = '20261201-120000-toy-bbbb';

async function digestOf(
  given: Parameters<typeof toySession>[0],
  { runId = first, clusters = {} } = {},
): Promise<string> {
  const plan = await planRun(toySession({ ...given, runId }));
  return planDigest(plan, { runId, clusters });
}

function planOf(value: number): Promise<Plan> {
  const phases = [phase('p', [set('s', 'x')])];
  return planRun(toySession({ world: worldOf({ 'a/x': value }), phases }));
}

describe('the digest of a plan', () => {
  const of = { runId: first, clusters: {} };

  it('is the same for the same world, at another time and from another place', async () => {
    const plan = await planOf(0);
    const runbook = { ...plan.runbook, path: '/elsewhere/toy.yaml' };
    const again = { ...(await planOf(0)), createdAt: 'later', drctl: '9.9.9', runbook };
    expect(planDigest(again, of)).toBe(planDigest(plan, of));
    expect(planDigest(await planOf(0), { ...of, clusters: { a: 'uid' } })).not.toBe(
      planDigest(plan, of),
    );
  });

  it('is the same for another run, whose id stands in parameters and changes', async () => {
    const named = step({
      id: 'named',
      action: 'toy.make',
      with: { target: 'a', name: 'backups/{{run.id}}/etcd.db', to: '{{run.id}}' },
    });
    const given = { phases: [phase('p', [named])] };
    expect(await digestOf(given, { runId: second })).toBe(await digestOf(given));
  });

  it('is another one when something else would be done', async () => {
    const one = { world: worldOf({ 'a/x': 1 }), phases: [phase('p', [make('s', 'x')])] };
    const others = [
      { ...one, world: worldOf({ 'a/x': 5 }) },
      { ...one, phases: [phase('p', [make('s', 'y')])] },
      { ...one, phases: [phase('p', [make('s', 'x')], { approval: 'required' as const })] },
      { ...one, preconditions: [check({ id: 'c', with: { target: 'a', name: 'x', is: 1 } })] },
      { ...one, unavailable: ['b'] },
    ];
    const digests = await Promise.all([one, ...others].map((given) => digestOf(given)));
    expect(new Set(digests).size).toBe(digests.length);
  });
});
