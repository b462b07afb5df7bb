// What rests on steps that are left out: told where a person may know better, refused where the wrong thing could be
// destroyed; and what a plan of a part looks like.

import { describe, expect, it } from 'vitest';
import { planRun, summarizePlan } from '../../../src/engine/index.ts';
import type { Phase, StepChoice } from '../../../src/engine/index.ts';
import { drop, needing, planOf, select, skipping } from './choices.ts';
import { fateOf, get, instanceOf, make, set } from './plans.ts';
import { check, phase, step, toySession } from './toy-world.ts';

const refused = async (phases: readonly Phase[], choice: Partial<StepChoice>): Promise<string> => {
  const plan = await planOf(phases, choice);
  expect(plan.canApply).toBe(false);
  return instanceOf(plan, 'd').error?.message ?? '';
};

describe('a chosen step that needs one that is left out', () => {
  it('is warned of: only the end of a chain, and not of what goes on without it anyway', async () => {
    const phases = [
      phase('p', [
        make('a'),
        { ...make('optional'), onFailure: 'continue' as const },
        needing(get('wait', 'x'), 'a'),
        needing(make('b'), 'wait', 'optional'),
        needing(make('c'), 'b'),
      ]),
    ];
    const plan = await planOf(phases, { from: 'b' });
    expect(plan.warnings.map(({ message }) => message)).toEqual(['b needs a, which is left out']);
    expect(plan.canApply).toBe(true);
    const skips = await planOf(phases, skipping('optional'));
    expect(skips.warnings).toEqual([]);
  });

  it('and refers to its outputs says so, and how to change that', async () => {
    const each = step({
      id: 'each',
      action: 'toy.make',
      forEach: "[steps['a'].outputs.made]",
      needs: ['a'],
      with: { target: 'a', name: '{{item}}', to: 1 },
    });
    const phases = [
      phase('p', [make('a'), needing(set('b', '{{steps.a.outputs.made}}'), 'a'), each]),
    ];
    const plan = await planOf(phases, { from: 'b' });
    for (const id of ['b', 'each']) {
      expect(instanceOf(plan, id).error).toMatchObject({
        message: expect.stringContaining('it refers to "a", which is left out by --from b'),
        hint: 'To carry "a" out too, let --from begin at "a" or before it',
      });
    }
  });
});

const warningsOf = async (phases: readonly Phase[]): Promise<readonly string[]> =>
  (await planOf(phases, skipping('look'))).warnings.map(({ message }) => message);

describe('a look that is skipped by name', () => {
  it('is told of, with what rests on it: steps that change something, guards, what destroys', async () => {
    const phases = [
      phase('p', [get('look'), needing(make('a'), 'look'), needing(get('again'), 'a')]),
      phase('q', [drop('d', 'a')], {
        guards: [check({ id: 'g', with: { target: 'a', name: 'x', is: 1 }, references: ['look'] })],
      }),
    ];
    expect(await warningsOf(phases)).toEqual([
      'look is skipped, so what rests on it goes unchecked: guard g, a, d; destroying: d',
    ]);
  });

  it('is not worth a word where only looks come after it', async () => {
    expect(await warningsOf([phase('p', [get('look'), needing(get('again'), 'look')])])).toEqual(
      [],
    );
  });
});

describe('what destroys', () => {
  const guards = [check({ id: 'g', with: { target: 'a', name: 'x', is: 1 } })];

  it('is refused without a step of its phase that it rests on, also through others', async () => {
    const phases = [
      phase('p', [make('stop'), needing(make('between'), 'stop'), drop('d', 'between')], {
        guards,
      }),
    ];
    expect(await refused(phases, skipping('stop'))).toContain('d rests on stop');
    expect(await refused(phases, { only: ['d'] })).toContain('d rests on stop');
  });

  it('is refused without the look before it', async () => {
    const phases = [phase('p', [get('look'), drop('d', 'look')], { guards })];
    expect(await refused(phases, skipping('look'))).toContain('d rests on look');
  });

  it('rests on guards for what came before its phase; without guards it is refused', async () => {
    const before = phase('before', [make('stop')]);
    const guarded = await planOf([before, phase('p', [drop('d', 'stop')], { guards })], {
      phases: ['p'],
    });
    expect(guarded.canApply).toBe(true);
    expect(guarded.warnings.map(({ message }) => message)).toEqual([
      'd needs stop, which is left out',
    ]);
    const warnings = guards.map((guard) => ({ ...guard, severity: 'warning' as const }));
    for (const weak of [[], warnings]) {
      const phases = [before, phase('p', [drop('d', 'stop')], { guards: weak })];
      expect(await refused(phases, { phases: ['p'] })).toContain('d rests on stop');
    }
  });

  it('past a point of no return without guards is refused without any step before it', async () => {
    const phases = [
      phase('verify', [get('look')]),
      phase('p', [drop('d')], { pointOfNoReturn: true }),
    ];
    expect(await refused(phases, { phases: ['p'] })).toBe(
      'd is past a point of no return, no guard protects it, and it comes after look, which is left out by --phase p',
    );
    const safe = [phase('verify', [get('look')]), phase('p', [drop('d')])];
    expect((await planOf(safe, { phases: ['p'] })).canApply).toBe(true);
  });
});

describe('what is held down for others', () => {
  it('is not left out under them, whatever they do', async () => {
    const hold = { ...make('hold'), deferUndo: true };
    const phases = [phase('p', [hold, needing(make('d'), 'hold')])];
    const plan = await planOf(phases, skipping('hold'));
    expect(instanceOf(plan, 'd').error).toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: expect.stringContaining('d rests on hold'),
      hint: 'Take "--skip hold" away',
    });
  });
});

describe('a phase of which nothing or only looks are left', () => {
  it('asks for no approval and evaluates no guards', async () => {
    const given = {
      approval: 'required' as const,
      guards: [check({ id: 'g', with: { target: 'a', name: 'x', is: 1 } })],
    };
    const phases = [phase('p', [make('one')], given), phase('q', [get('look'), make('y')], given)];
    const choose = async (choice: Partial<StepChoice>): Promise<unknown> =>
      (await planOf(phases, choice)).phases.map(({ approval, guards }) => [
        approval,
        guards.length,
      ]);
    expect(await choose({ phases: ['p'] })).toEqual([
      ['required', 1],
      ['none', 0],
    ]);
    expect(await choose({ only: ['one', 'look'] })).toEqual([
      ['required', 1],
      ['none', 0],
    ]);
    expect(await choose({ only: ['y'] })).toEqual([
      ['none', 0],
      ['required', 1],
    ]);
  });
});

describe('a plan of a part', () => {
  it('shows what is left out as skipped, counts it, and masks what people wrote', async () => {
    const selection = select([phase('p', [make('one'), make('two')])], {
      skip: ['one'],
      reason: 'the word is hunter22',
      by: 'ana@host',
    });
    const env = [
      { name: 'PASSWORD', value: 'hunter22', sensitive: true, origin: { from: 'set' } },
    ] as const;
    const plan = await planRun(
      toySession({ phases: [phase('p', [make('one'), make('two')])], env, selection }),
    );
    const because = 'left out by ana@host: the word is (sensitive)';
    expect(fateOf(plan, 'one')).toEqual({ kind: 'skipped', because });
    expect(summarizePlan(plan)).toMatchObject({ leftOut: ['one'], skipped: [] });
    expect(plan.selection?.leftOut).toEqual({ one: because });
    expect(JSON.stringify(plan)).not.toContain('hunter22');
  });
});
