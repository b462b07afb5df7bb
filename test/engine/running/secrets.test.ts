import { describe, expect, it } from 'vitest';
import type { EnvValue } from '../../../src/engine/index.ts';
import { Harness, runId } from './support/harness.ts';
import { oddActions } from './support/odd-actions.ts';
import type { ToyRunbook, ToyStep } from './support/toy-runbook.ts';

const planted = 'hunter2-planted';
const env: readonly EnvValue[] = [
  { name: 'PASSWORD', value: planted, sensitive: true, origin: { from: 'set' } },
];
const fail: ToyStep = { id: 'fail', action: 'toy.fail', with: { key: 'f' } };

function harnessOf(phases: ToyRunbook['phases'], values: Readonly<Record<string, string>> = {}) {
  return new Harness(
    { phases, env: { PASSWORD: { sensitive: true } } },
    { env, actions: oddActions, values: { broken: 'yes', ...values } },
  );
}

/** In everything that is kept or shown: the journal's bytes, the header, and what views receive. */
async function isFound(harness: Harness, secret: string): Promise<boolean> {
  const header = JSON.stringify(await harness.store.header(runId));
  return [harness.store.journal(runId), header, JSON.stringify(harness.events)].some((text) =>
    text.includes(secret),
  );
}

describe('a sensitive value', () => {
  const login: ToyStep = {
    id: 'login',
    action: 'toy.set',
    with: { key: 'password', value: '{{env.PASSWORD}}' },
  };

  it('reaches the world and never the journal, the header or a view', async () => {
    const harness = harnessOf([{ id: 'only', steps: [login] }]);
    await harness.start();
    expect(harness.world.content()).toMatchObject({ password: planted });
    expect(await isFound(harness, planted)).toBe(false);
    expect(await harness.journal()).toContainEqual(
      expect.objectContaining({
        type: 'step.started',
        params: { key: 'password', value: '(sensitive)' },
      }),
    );
  });

  it('is known again on another day, for the probe of a step in doubt', async () => {
    const harness = harnessOf([{ id: 'only', steps: [login] }]);
    await harness.plan();
    harness.world.onCall = ({ what, when }) => {
      if (what === 'set password' && when === 'after') harness.world.dead = true;
    };
    harness.store.onAppend = () => {
      if (harness.world.dead) throw new Error('dead');
    };
    await expect(harness.start()).rejects.toThrow('dead');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    // The probe compared with the real value: the step was not carried out a second time.
    expect((await harness.state()).instances.get('login')).toMatchObject({ attempt: 1 });
  });

  it('that a step replaced is put back by a rollback in another process', async () => {
    const change: ToyStep = {
      id: 'change',
      action: 'toy.set',
      with: { key: 'password', value: 'new' },
    };
    const harness = harnessOf([{ id: 'only', steps: [change] }], { password: planted });
    await harness.start();
    expect(harness.world.content()).toMatchObject({ password: 'new' });
    expect(await isFound(harness, planted)).toBe(false);
    expect(await harness.rollback()).toMatchObject({ outcome: 'rolled-back' });
    expect(harness.world.content()).toMatchObject({ password: planted });
    expect(await isFound(harness, planted)).toBe(false);
  });
});

describe('an output that its action marks as sensitive', () => {
  const phases: ToyRunbook['phases'] = [
    {
      id: 'only',
      steps: [
        { id: 'read', action: 'toy.secret', with: { key: 'token' } },
        { ...fail, needs: ['read'] },
        {
          id: 'use',
          action: 'toy.set',
          needs: ['read', 'fail'],
          with: { key: 'copy', value: '{{steps.read.outputs.value}}' },
        },
      ],
    },
  ];

  it('is read again on resume, because the journal has it masked', async () => {
    const harness = harnessOf(phases, { token: 'tok-12345' });
    expect(await harness.start()).toMatchObject({ outcome: 'failed' });
    harness.world.values.set('broken', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toMatchObject({ copy: 'tok-12345' });
    expect(await isFound(harness, 'tok-12345')).toBe(false);
  });
});

describe('an output of a change that was masked', () => {
  it('is refused on resume instead of being used as "(sensitive)"', async () => {
    const harness = harnessOf([
      {
        id: 'only',
        steps: [
          { id: 'make', action: 'toy.set', with: { key: 'a', value: 'x {{env.PASSWORD}}' } },
          { ...fail, needs: ['make'] },
          {
            id: 'use',
            action: 'toy.set',
            needs: ['make', 'fail'],
            with: { key: 'copy', value: '{{steps.make.outputs.value}}' },
          },
        ],
      },
    ]);
    await harness.start();
    harness.world.values.set('broken', 'no');
    const result = await harness.resume();
    expect(result).toMatchObject({ outcome: 'failed', error: { step: 'use' } });
    expect(result.error?.message).toContain('An output of "make"');
    expect(harness.world.values.has('copy')).toBe(false);
  });
});

function fetch(id: string, from: string, needs: readonly string[]): ToyStep {
  return {
    id,
    action: 'toy.fetch',
    needs: [from, ...needs],
    with: { key: id, url: `{{steps.${from}.outputs.url}}` },
  };
}

describe('a perishable output', () => {
  it('is not kept for the next step that needs it', async () => {
    const harness = harnessOf([
      {
        id: 'only',
        steps: [
          { id: 'sign', action: 'toy.sign', with: { key: 'db' } },
          { id: 'other', action: 'toy.sign', with: { key: 'log' } },
          fetch('one', 'sign', ['other']),
          fetch('two', 'other', ['one']),
          fetch('three', 'sign', ['two']),
        ],
      },
    ]);
    expect(await harness.start()).toMatchObject({ outcome: 'succeeded' });
  });

  it('is made anew for every attempt that needs it, and never journaled', async () => {
    const harness = harnessOf([
      {
        id: 'only',
        steps: [
          { id: 'sign', action: 'toy.sign', with: { key: 'db' } },
          { ...fail, needs: ['sign'] },
          {
            id: 'fetch',
            action: 'toy.fetch',
            needs: ['sign', 'fail'],
            with: { key: 'copy', url: '{{steps.sign.outputs.url}}' },
          },
        ],
      },
    ]);
    await harness.start();
    harness.world.values.set('broken', 'no');
    expect(await harness.resume()).toMatchObject({ outcome: 'succeeded' });
    expect(harness.world.content()).toMatchObject({ copy: 'fetched' });
    expect(await isFound(harness, 'signature=')).toBe(false);
    expect(await harness.journal()).toContainEqual(
      expect.objectContaining({ type: 'step.succeeded', step: 'sign', outputs: null }),
    );
  });
});
