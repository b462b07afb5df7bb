// What an action says of an attempt whose end nobody recorded, where the world has moved on since. The cases are in
// doubts.ts.

import { describe, expect, it } from 'vitest';
import { builtinActions } from '../../src/actions/index.ts';
import type { DrPorts } from '../../src/actions/ports.ts';
import type { Action } from '../../src/engine/index.ts';
import { applyAction, probeAction } from '../fakes/carry-out.ts';
import { StepMemory } from '../fakes/contexts.ts';
import { doubts } from './doubts.ts';

/** Actions whose effect nobody else can touch, with where else their answers are tested. */
const undisturbed: Readonly<Record<string, string>> = {
  'k8s.exec': 'says so itself: not repeatable, so unclear (test/actions/k8s/changing.test.ts)',
  'k8s.export': 'its effect is an artifact of the run, checked by digest',
  'k8s.restore': 'refuses what it has not made (test/actions/k8s/restore.test.ts)',
  'etcd.snapshot': 'its effect is an artifact of the run, checked by digest',
  's3.download': 'its effect is an artifact of the run, checked by digest',
  'backup.fetch': 'its effect is an artifact of the run, checked by digest',
  'backup.record': 'finds its own manifest by its digest (test/actions/backup)',
  'flow.approve': 'changes nothing',
  'flow.sleep': 'changes nothing',
};

function find(name: string): Action<DrPorts> {
  const action = builtinActions.find((one) => one.name === name);
  if (action === undefined) throw new Error(`No action ${name}`);
  return action;
}

describe('an attempt whose end is not recorded, in a world that moved on', () => {
  it('is thought about for every action that changes something', () => {
    const covered = new Set([...doubts.map(({ action }) => action), ...Object.keys(undisturbed)]);
    const writing = builtinActions.filter(({ effect }) => effect !== 'read');
    expect(writing.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });

  it.each(doubts)('$action, $what: $found', async ({ action, params, build, found, because }) => {
    const { world, meanwhile, forget } = build();
    const memory = new StepMemory();
    await applyAction(world, find(action), params, { memory });
    forget?.(memory);
    meanwhile();
    const before = world.content();
    const probed = await probeAction(world, find(action), params, memory);
    expect(probed).toMatchObject({
      found,
    });
    expect(probed.found === 'unclear' ? probed.because : '').toContain(because ?? '');
    expect(world.content()).toEqual(before);
  });
});
