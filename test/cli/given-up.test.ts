// What `status` says of a run that stopped because nobody confirmed that a target is gone.

import { expect, it } from 'vitest';
import { createBench, runbook, values } from './bench.ts';

const bench = createBench();

const guarded = runbook
  .replace(
    'targets:\n',
    'targets:\n  gone: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }\n',
  )
  .replace(
    '    pointOfNoReturn: true\n',
    `    pointOfNoReturn: true
    guards:
      - { id: is-off, whenUnavailable: approve, action: k8s.assert, with: { target: gone, apiVersion: v1, kind: Namespace, name: default } }
`,
  );

it('names the target that a person has to confirm, and the command that says so', async () => {
  await bench.write('small.yaml', guarded);
  const apply = ['apply', 'small.yaml', ...values, '--unavailable', 'gone', '--approve', 'plan'];
  const waiting = await bench.drctl(...apply);
  expect(waiting.code, waiting.stderr).toBe(5);
  const { stdout } = await bench.drctl('status');
  expect(stdout).toContain('waits for a person to confirm that gone is gone');
  expect(stdout).toContain('  drctl resume RUN-small --approve gone --approve clean\n');
  const json = JSON.parse((await bench.drctl('status', '--json')).stdout) as object;
  expect(json).toMatchObject({ toConfirm: ['gone'] });
  const done = await bench.drctl('resume', '--approve', 'gone', '--approve', 'clean');
  expect(done.code, done.stderr).toBe(0);
  expect((await bench.drctl('status')).stdout).not.toMatch(/confirm|Next/);
});

it('warns at the top of the plan when what was given up answers', async () => {
  await bench.write('small.yaml', guarded);
  const plan = ['plan', 'small.yaml', ...values, '--unavailable', 'gone'];
  const { stdout } = await bench.drctl(...plan);
  expect(stdout).toMatch(/gone +kubernetes .* given up, and yet it answers/);
  expect(stdout).toMatch(
    /Warnings\n.*warning: target "gone" is given up .*, and yet its server answers/,
  );
  await bench.write(
    'small.yaml',
    guarded.replace('"{{env.KUBECONFIG_FILE}}" }', '"{{env.KUBECONFIG_FILE}}", context: none }'),
  );
  expect((await bench.drctl(...plan)).stdout).not.toContain('and yet');
});
