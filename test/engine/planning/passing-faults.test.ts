// Faults that pass while a plan is made: a plan of many reads is not refused because one of them met a busy server.

import { describe, expect, it } from 'vitest';
import { DrctlError, planRun } from '../../../src/engine/index.ts';
import type { Json } from '../../../src/engine/index.ts';
import { get, instanceOf } from './plans.ts';
import { ToyWorld, check, phase, toySession } from './toy-world.ts';

const tries = 4;

describe('a fault that passes', () => {
  /** Fails so many times, then answers. */
  class BusyWorld extends ToyWorld {
    left = 2;
    error = new DrctlError('CLIENT_UNREACHABLE', '503', { retryable: true });
    override async read(target: string, name: string): Promise<Json | undefined> {
      this.left -= 1;
      if (this.left >= 0) throw this.error;
      return super.read(target, name);
    }
  }

  it('of a step or a precondition leaves no trace in the plan', async () => {
    const world = new BusyWorld();
    world.things.set('a/x', 1);
    const asked = check({ id: 'there', action: 'toy.get', with: { target: 'a', name: 'x' } });
    const plan = await planRun(
      toySession({ preconditions: [asked], phases: [phase('p', [get('x')])], world }),
    );
    expect(plan.preconditions).toMatchObject([{ verdict: 'holds' }]);
    world.left = 2;
    const again = await planRun(toySession({ phases: [phase('p', [get('x')])], world }));
    expect(instanceOf(again, 'x').error).toBeUndefined();
    expect([plan.canApply, again.canApply]).toEqual([true, true]);
  });

  it('that does not pass is asked about a bounded number of times', async () => {
    const world = new BusyWorld();
    world.left = 1_000;
    const plan = await planRun(toySession({ phases: [phase('p', [get('x')])], world }));
    expect(instanceOf(plan, 'x').error).toMatchObject({ code: 'CLIENT_UNREACHABLE' });
    expect(1_000 - world.left).toBe(tries);
  });

  it('is not waited for longer than seconds, whatever the server asks for', async () => {
    const world = new BusyWorld();
    world.error = new DrctlError('CLIENT_THROTTLED', '429', {
      retryable: true,
      retryAfterMs: 3_600_000,
    });
    const plan = await planRun(toySession({ phases: [phase('p', [get('x')])], world }));
    expect(instanceOf(plan, 'x').error).toMatchObject({ code: 'CLIENT_THROTTLED' });
    expect(2 - world.left).toBe(1);
  });

  it('and one that is an answer are told apart: no refusal is asked for twice', async () => {
    const world = new BusyWorld();
    world.error = new DrctlError('CLIENT_DENIED', '403');
    const plan = await planRun(toySession({ phases: [phase('p', [get('x')])], world }));
    expect(instanceOf(plan, 'x').error).toMatchObject({ code: 'CLIENT_DENIED' });
    expect(2 - world.left).toBe(1);
  });
});
