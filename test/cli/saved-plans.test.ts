// Plans that are saved, shown and applied: what moves meanwhile, what that matters, and that a plan is used once.

import { readFile, readdir, rm, stat } from 'node:fs/promises';
import ajvFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { runbook, secret, values } from './bench.ts';
import { runCli } from './run-cli.ts';
import { apply, createSavedPlanBench, plan } from './saved-plan-bench.ts';

const bench = createSavedPlanBench();
const { at, began, makePlan, patchExisting, saved } = bench;

function withoutHead(text: string): string {
  return text.split('\n').slice(1).join('\n').trimEnd();
}

async function isStale(...more: string[]): Promise<string> {
  const before = await bench.configMaps();
  const { code, stdout, stderr } = await bench.drctl(...apply, ...more);
  expect(code, stdout + stderr).toBe(4);
  expect(stderr).toMatch(/PLAN_STALE: Nothing was begun/);
  expect(await bench.configMaps()).toEqual(before);
  expect(await readdir(at('.drctl/runs')).catch(() => [])).toEqual([]);
  return stdout;
}

async function goes(...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await bench.drctl(...apply, ...more);
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

describe('a saved plan', () => {
  it('is carried out as its run, from the file alone, and then is used', async () => {
    const { runId, digest } = await makePlan();
    const done = await bench.drctl(...apply);
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toContain('Nothing moved since this plan was made');
    expect(await bench.configMaps()).toEqual(['existing', 'one']);
    expect(await readdir(at('.drctl/runs'))).toEqual([runId]);
    expect(await began()).toMatchObject({ runId, approval: { how: 'auto-approve', digest } });

    const again = await bench.drctl(...apply);
    expect(again.code).toBe(4);
    expect(again.stderr).toMatch(
      /RUN_EXISTS: This plan was used: it became run RUN-small, .* \(succeeded; its state is in CWD/,
    );
  });

  it('is not begun twice, not even with its state in another place', async () => {
    const locks = 'locks: [{ target: here, namespace: default, name: "saved-plan" }]\nphases:';
    await bench.write('small.yaml', runbook.replace('phases:', locks));
    await makePlan();
    const waiting = await bench.drctl('apply', 'my.plan', '--approve', 'plan');
    expect(waiting.code, waiting.stderr).toBe(5);
    const second = await bench.drctl(...apply, '--state', 'elsewhere');
    expect(second.code).toBe(4);
    expect(second.stderr).toMatch(/RUN_LOCKED: Run RUN-small, [^]*its state is in CWD\/\.drctl/);
    expect((await bench.drctl('resume', '--approve', 'clean')).code).toBe(0);
  });

  it('of a part of a runbook is carried out as that part, whatever else is asked for', async () => {
    await makePlan('--phase', 'build', '--skip', 'color', '--reason', 'too loud');
    const other = await bench.drctl(...apply, '--phase', 'clean');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('USAGE: --phase: a saved plan says itself which steps');
    await goes();
    expect(await bench.configMaps()).toEqual(['existing', 'old', 'one']);
    expect(await began()).toMatchObject({
      leftOut: { color: expect.stringContaining('too loud') },
    });
  });

  it('fits its schema', async () => {
    await makePlan('--until', 'color');
    const schema = new URL('../../schemas/plan.v1.schema.json', import.meta.url);
    const ajv = new Ajv2020({ strict: false });
    ajvFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(await readFile(schema, 'utf8')) as object);
    expect(validate(await saved()) ? [] : validate.errors).toEqual([]);
    const { plan: _plan, ...rest } = await saved();
    expect(validate(rest)).toBe(false);
  });

  it('is not half there when somebody stops it, and an older one stays', async () => {
    await makePlan();
    const before = await readFile(at('my.plan'), 'utf8');
    const sends: ((name: string) => void)[] = [];
    const { code } = await runCli([...plan, '-o', 'my.plan'], {
      cwd: bench.cwd,
      signals: (send) => sends.push(send),
      heard: (text) => {
        if (text.includes('Digest:')) for (const send of sends) send('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(await readFile(at('my.plan'), 'utf8')).toBe(before);
    expect(await readdir(bench.cwd)).not.toContainEqual(expect.stringContaining('.tmp-'));
  });

  it('stays used when its run was rolled back', async () => {
    await makePlan();
    const waiting = await bench.drctl('apply', 'my.plan', '--approve', 'plan');
    expect(waiting.code, waiting.stderr).toBe(5);
    expect((await bench.drctl('rollback', '--auto-approve')).code).toBe(0);
    const again = await bench.drctl(...apply);
    expect(again.code).toBe(4);
    expect(again.stderr).toContain('(rolled-back; ');
  });

  it('is for its owner only, and holds no secret', async () => {
    await makePlan();
    expect((await stat(at('my.plan'))).mode & 0o777).toBe(0o600);
    const text = await readFile(at('my.plan'), 'utf8');
    expect(text).not.toContain(secret);
    expect(await saved()).toMatchObject({
      kind: 'drctl-plan',
      format: 1,
      env: { NAME: 'one' },
      sensitiveEnv: ['PASSWORD'],
      verifiers: { PASSWORD: expect.stringMatching(/^scrypt:/) },
      actions: { 'k8s.apply': expect.any(Number), 'k8s.assert': expect.any(Number) },
      targets: [{ name: 'here', cluster: expect.any(String) }],
    });
  });

  it('is shown as it was made, with nothing contacted', async () => {
    const made = await bench.drctl(...plan, '-o', 'my.plan');
    await bench.write('kubeconfig', 'gone');
    const shown = await bench.drctl('show', 'my.plan');
    expect(shown.code, shown.stderr).toBe(0);
    expect(made.stdout).toContain(withoutHead(shown.stdout));
    const { stdout } = await bench.drctl('show', 'my.plan', '--json');
    expect(JSON.parse(stdout.split('\n', 1)[0] ?? '')).toMatchObject({
      type: 'plan',
      plan: { runbook: { name: 'small' } },
    });
  });

  it('is not written when it could not be applied, which is said', async () => {
    await bench.write('small.yaml', runbook.replace("== 'default'", "== 'other'"));
    const { code, stderr } = await bench.drctl(...plan, '-o', 'my.plan');
    expect(code).toBe(3);
    expect(stderr).toContain('No plan was written to my.plan');
    expect(await readdir(bench.cwd)).not.toContain('my.plan');
  });
});

describe('what moved meanwhile', () => {
  it('matters when a field that would change is another one now, and is told before and after', async () => {
    await makePlan();
    await patchExisting({ color: 'green' });
    const said = await isStale();
    expect(said).toContain('✗ step color: would do something else now');
    expect(said).toContain(
      'here: ConfigMap default/existing: update (disruptive), with other fields',
    );
    expect(said).toMatch(/data.color:\n +planned "blue" → "red"\n +now {5}"green" → "red"/);
  });

  it('matters when something is there already', async () => {
    await makePlan();
    await patchExisting({ color: 'red' });
    expect(await isStale()).toContain('default/existing: nothing; update (disruptive) was planned');
  });

  it('does not matter where the plan changes nothing', async () => {
    await makePlan();
    await patchExisting({ note: 'seen' }, 'annotations');
    expect(await goes()).toContain('Nothing moved');
  });

  it('is planned anew with the flags that it was planned with', async () => {
    await bench.drctl('plan', 'small.yaml', ...values, '--phase', 'build', '-o', 'my.plan');
    await patchExisting({ color: 'green' });
    expect((await bench.drctl(...apply)).stderr).toMatch(/-e CWD\/my.env --phase build -o FILE/);
  });

  it('matters when the runbook is another text now, but not when it is gone', async () => {
    await makePlan();
    await bench.write('small.yaml', runbook.replace('color: red', 'color: pink'));
    expect(await isStale()).toMatch(/✗ runbook small.yaml: is another text .* in line \d+/);
    await rm(at('small.yaml'));
    expect(await goes()).toContain('· runbook small.yaml: is not there; the plan has its own copy');
  });

  it('matters when another value is given, sensitive ones included', async () => {
    await makePlan();
    const said = await isStale('--set', 'NAME=two', '--set', 'PASSWORD=another one');
    expect(said).toContain('✗ value NAME: is "two" now; the plan was made with "one"');
    expect(said).toContain('✗ value PASSWORD: is another value');
    expect(said).not.toContain('another one');
    await goes('--set', 'NAME=one');
  });

  it('is refused by its own code when only a precondition does not hold any more', async () => {
    const condition = `has(object.metadata.annotations) && has(object.metadata.annotations.stop)`;
    const precondition = `{ target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: existing, that: "!(${condition})" }`;
    const text = runbook.replace(
      /with: \{ target: here, apiVersion: v1, kind: Namespace.*\}/,
      `with: ${precondition}`,
    );
    await bench.write('small.yaml', text);
    await makePlan();
    await patchExisting({ stop: 'yes' }, 'annotations');
    const { code, stdout, stderr } = await bench.drctl(...apply);
    expect(code).toBe(3);
    expect(stderr).toContain('PRECONDITION_FAILED');
    expect(stdout).toContain('✗ precondition namespace-is-there: does not hold now');
  });

  it('is an event for machines', async () => {
    await makePlan();
    await patchExisting({ color: 'green' });
    const { stdout } = await bench.drctl(...apply, '--json');
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.find(({ type }) => type === 'moved')).toMatchObject({
      moves: [
        {
          about: 'step',
          name: 'color',
          matters: true,
          objects: [
            {
              object: 'here: ConfigMap default/existing',
              fields: [
                { path: 'data.color', planned: { before: 'blue' }, now: { before: 'green' } },
              ],
            },
          ],
        },
      ],
    });
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'PLAN_STALE', exitCode: 4 });
  });
});

describe('sensitive values', () => {
  it('that are missing are named', async () => {
    await makePlan();
    await rm(at('my.env'));
    const { code, stderr } = await bench.drctl(...apply);
    expect(code).toBe(2);
    expect(stderr).toMatch(/PASSWORD is required and not given[^]*ENV_INVALID/);
  });

  it('are taken from the environment too', async () => {
    await makePlan();
    await bench.write('my.env', '');
    const { code, stderr } = await bench.drctl(...apply, '--set', `PASSWORD=${secret}`);
    expect(code, stderr).toBe(0);
  });
});

describe('--approve with a digest', () => {
  const other = 'sha256:0123456789ab';

  it('says yes to that plan only, saved or not, and is journaled', async () => {
    const { digest } = await makePlan();
    const pin = digest.slice(0, 'sha256:'.length + 12);
    const refused = await bench.drctl('apply', 'small.yaml', ...values, '--approve', other);
    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(
      /APPROVAL_NEEDED: This plan is sha256:DIGEST, and what was approved is/,
    );
    expect((await bench.drctl(...apply, '--approve', other)).code).toBe(5);
    const direct = ['apply', 'small.yaml', ...values, '--approve', 'clean', '--approve', pin];
    const done = await bench.drctl(...direct);
    expect(done.code, done.stderr).toBe(0);
    expect(await began()).toMatchObject({ approval: { how: 'flag', digest } });
  });

  it.each(['sha256:', 'sha256:0123', 'sha256:nothexdigits', `sha256:${'0'.repeat(65)}`])(
    'refuses what is no digest: %s',
    async (pin) => {
      const { code, stderr } = await bench.drctl(
        'apply',
        'small.yaml',
        ...values,
        '--approve',
        pin,
      );
      expect(code).toBe(2);
      expect(stderr).toContain('is no digest of a plan');
    },
  );

  it('names the same plan as long as nothing changes', async () => {
    const first = await makePlan();
    const second = await makePlan();
    expect(second.runId).not.toBe(first.runId);
    expect(second.digest).toBe(first.digest);
    await patchExisting({ color: 'green' });
    expect((await makePlan()).digest).not.toBe(first.digest);
  });
});
