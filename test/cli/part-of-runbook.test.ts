// Only a part of a runbook, from the command line: what the plan says of it, what is refused, and that the run keeps to it.

import { describe, expect, it } from 'vitest';
import { createBench, values } from './bench.ts';

const bench = createBench();

describe('a part of a runbook', () => {
  it('is planned, carried out, and shown as that part', async () => {
    const part = ['small.yaml', ...values, '--until', 'settings'];
    expect(await bench.drctl('plan', ...part)).toMatchSnapshot('plan');
    expect((await bench.drctl('apply', ...part, '--approve', 'plan')).code).toBe(0);
    expect(await bench.configMaps()).toEqual(expect.arrayContaining(['one', 'old']));
    expect(await bench.drctl('status')).toMatchSnapshot('status');
  });

  it('is told to machines too', async () => {
    const argv = ['plan', 'small.yaml', ...values, '--skip', 'remove-old', '--reason', 'kept'];
    const { stdout } = await bench.drctl(...argv, '--json');
    const plan = stdout.split('\n').find((line) => line.includes('"type":"plan"')) ?? '{}';
    expect(JSON.parse(plan)).toMatchObject({
      summary: { leftOut: ['remove-old'] },
      plan: { selection: { choice: { skip: ['remove-old'], reason: 'kept' } } },
    });
  });

  it('is refused where it names what is not there, before anything is read', async () => {
    const { code, stderr } = await bench.drctl(
      'plan',
      'small.yaml',
      ...values,
      '--until',
      'setings',
    );
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('Did you mean "settings"?'),
    });
    const twice = await bench.drctl(
      'plan',
      'small.yaml',
      '--until',
      'color',
      '--until',
      'settings',
    );
    expect(twice.stderr).toContain('--until can be given once only');
  });

  it('is refused where it would destroy unguarded what comes after', async () => {
    const { code, stderr } = await bench.drctl(
      'apply',
      'small.yaml',
      ...values,
      '--phase',
      'clean',
      '--auto-approve',
    );
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining('no guard protects it'),
    });
    expect(await bench.configMaps()).toContain('old');
  });
});
