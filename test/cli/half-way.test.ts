// A rollback that cannot reach a target where the run changed something: it would take away what was made elsewhere.

import { beforeEach, describe, expect, it } from 'vitest';
import { createBench, runbook } from './bench.ts';

const bench = createBench();

/** The second step of the first phase is on another target, which can be given up. */
const moving = runbook
  .replace(
    'targets:\n',
    `outages:
  - { title: the color is away, from: color, until: remove-old }
targets:
  there: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
`,
  )
  .replace(
    'action: k8s.patch\n        with: { target: here',
    'action: k8s.patch\n        with: { target: there',
  );

const back = ['rollback', '--approve', 'rollback'];
const gone = ['--unavailable', 'there'];

beforeEach(async () => {
  await bench.write('small.yaml', moving);
  await bench.waitingRun();
});

describe('a rollback without a target on which the run changed something', () => {
  it('is refused, says what would stay and what would go, and changes nothing', async () => {
    const refused = await bench.drctl(...back, ...gone);
    expect(refused.code, refused.stderr).toBe(3);
    expect(refused.stdout).toMatch(/color +cannot be undone +target "there" is unavailable/);
    expect(refused.stderr).toContain('POINT_OF_NO_RETURN: "there" was given up');
    expect(refused.stderr).toMatch(
      /cannot be undone \(color\),? while what was done\s+elsewhere would be\s+\(settings\)/,
    );
    expect(refused.stderr).toContain('--available there');
    expect(await bench.configMaps()).toContain('one');
  });

  it('says beforehand what nothing will end, also to machines', async () => {
    const { code, stdout } = await bench.drctl('rollback', '--preview', ...gone);
    expect(code).toBe(0);
    expect(stdout).toContain('Afterwards the color is away, and nothing ends that.');
    const json = await bench.drctl('rollback', '--preview', ...gone, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      halfWay: { targets: ['there'], kept: ['color'], undone: ['settings'] },
    });
  });

  it('is done when a person insists and agrees to just that', async () => {
    const all = await bench.drctl('rollback', ...gone, '--force', '--auto-approve');
    expect(all.code).toBe(5);
    expect(all.stderr).toContain('say --approve rollback');
    expect(await bench.configMaps()).toContain('one');
    const done = await bench.drctl(...back, ...gone, '--force');
    expect(done.code, done.stderr).toBe(0);
    expect(await bench.configMaps()).not.toContain('one');
  });
});

describe('--available', () => {
  it('puts back what was given up by mistake in the course of the run', async () => {
    await bench.drctl('resume', ...gone);
    const shown = await bench.drctl('status');
    expect(shown.stdout).toMatch(/color +cannot +target "there" is unavailable/);
    expect((await bench.drctl(...back)).code).toBe(3);
    const done = await bench.drctl(...back, '--available', 'there');
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toMatch(/color +put back/);
    expect((await bench.drctl('status')).stdout).toContain('rolled-back');
  });

  it('refuses a target that was not given up, and one that is given up in the same breath', async () => {
    const never = await bench.drctl(...back, '--available', 'there');
    expect(never).toMatchObject({ code: 2 });
    expect(never.stderr).toContain('that target was not given up in the course of this run');
    const both = await bench.drctl(...back, ...gone, '--available', 'there');
    expect(both).toMatchObject({ code: 2 });
    expect(both.stderr).toContain('there is both --available and --unavailable');
  });
});
