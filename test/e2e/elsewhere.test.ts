// A run whose state is in S3, worked on from two machines that share nothing else: one is lost and the other goes on; one
// is stopped, the other takes over, and the first finds out before it does anything more.

import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { realCrds, withoutCrds } from '../lab/crds/real-crds.ts';
import { areMissing } from '../lab/envtest/real-servers.ts';
import { motoProgram } from '../lab/real/moto.ts';
import { tally } from '../support/tally.ts';
import { canBeNamed, openMachine } from './machines.ts';
import type { Machine } from './machines.ts';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 900_000;

let bench: Workbench | undefined;
const machines: Machine[] = [];
const stopped: ChildProcess[] = [];
afterEach(async () => {
  for (const child of stopped.splice(0)) child.kill('SIGKILL');
  for (const one of machines.splice(0)) await one.destroy();
  await bench?.close();
  bench = undefined;
});

async function machine(name: string): Promise<Machine> {
  if (bench === undefined) throw new Error('There is no lab yet');
  const made = await openMachine(bench, name);
  machines.push(made);
  return made;
}

const worlds = [
  { name: 'on the embedded servers', flags: [] as readonly string[], missing: false },
  {
    name: 'on real servers (skipped where they are absent)',
    flags: ['--backend', 'envtest', '--aws', 'moto', ...(withoutCrds ? [] : ['--crds', realCrds])],
    missing: areMissing || motoProgram === undefined,
  },
];

describe.each(worlds)('a machine is lost after it has uploaded the snapshot, $name', (world) => {
  it.skipIf(world.missing)(
    'another machine, from an empty folder, brings the run to its end',
    { timeout: LIMIT_MS },
    async () => {
      bench = await openWorkbench(...world.flags);
      const first = await machine('machine-a');
      const lost = await first.drctl(['apply', runbook, '-e', first.envFile, '--auto-approve'], {
        interruption: { signal: 'SIGKILL', step: 'upload-snapshot', type: 'step.succeeded' },
      });
      expect(lost.signal, show(lost)).toBe('SIGKILL');
      await first.destroy();
      expect(existsSync(first.dir)).toBe(false);

      const second = await machine('machine-b');
      const without = await second.drctl(['resume', '--auto-approve']);
      expect(without.exitCode, show(without)).toBe(2);
      expect(without.stderr).toMatch(/--set MGMT_KUBECONFIG=PATH/);
      const resume = ['resume', '-e', second.envFile, '--auto-approve'];
      if (canBeNamed) await releaseFrom(second, resume);
      const resumed = await second.drctl(resume);
      expect(resumed.exitCode, show(resumed)).toBe(0);
      expect(resumed.stderr + resumed.stdout).toContain(`MGMT_KUBECONFIG is "${second.dir}`);
      await mustSucceed(bench, 'lab', 'check');
      tally({ suite: `machine lost, ${world.name}`, kills: 1, violations: 0, differences: 0 });
    },
  );
});

/** Nobody can tell from here that a process of another machine is gone: a person has to say so. */
async function releaseFrom(second: Machine, resume: readonly string[]): Promise<void> {
  const locked = await second.drctl(resume);
  expect(locked.exitCode, show(locked)).toBe(4);
  expect(locked.stderr).toMatch(
    /is being worked on by \S+ on machine-a, pid \d+, since \S+; it is (at|after) step/,
  );
  const [, unlock = ''] = /run "drctl (unlock [^"]+)"/.exec(locked.stderr) ?? [];
  const unlocked = await second.drctl(unlock.split(' '));
  expect(unlocked.exitCode, show(unlocked)).toBe(0);
}

describe('a run is taken over from a machine on which it is still alive', () => {
  it(
    'the machine that lost it stops before its next effect, and the world ends well',
    { timeout: LIMIT_MS },
    async () => {
      bench = await openWorkbench();
      const first = await machine('machine-a');
      const second = await machine('machine-b');
      let child: ChildProcess | undefined;
      const ended = first.drctl(['apply', runbook, '-e', first.envFile, '--auto-approve'], {
        interruption: { signal: 'SIGSTOP', step: 'restore-machines' },
        started: (one) => {
          child = one;
          stopped.push(one);
        },
      });
      await untilStopped(child);

      const resume = ['resume', '-e', second.envFile, '--auto-approve'];
      const locked = await second.drctl(resume);
      expect(locked.exitCode, show(locked)).toBe(4);
      expect(locked.stderr).toMatch(/pid \d+, since \S+; it is at step "restore-machines/);
      const another = await second.drctl([
        'apply',
        runbook,
        '-e',
        second.envFile,
        '--auto-approve',
      ]);
      expect(another.exitCode, show(another)).toBe(4);
      expect(another.stderr).toMatch(
        /has not ended: .* since \S+; it is at step "restore-machines/,
      );
      const taken = await second.drctl([...resume, '--takeover']);
      expect(taken.exitCode, show(taken)).toBe(0);

      child?.kill('SIGCONT');
      const loser = await ended;
      expect(loser.exitCode, show(loser)).toBe(4);
      expect(loser.stderr).toMatch(/LEASE_LOST: Run \S+ was taken over by/);
      await mustSucceed(bench, 'lab', 'check');
      const after = await second.drctl(['status']);
      expect(after.stdout, show(after)).toMatch(/^ {2}succeeded$/m);
      tally({ suite: 'run taken over from a live machine', violations: 0, differences: 0 });
    },
  );
});

async function untilStopped(child: ChildProcess | undefined): Promise<void> {
  for (let waited = 0; waited < 240; waited += 1) {
    const stat = await readFile(`/proc/${child?.pid}/stat`, 'utf8');
    // proc(5): the state comes after the command's closing parenthesis.
    if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')) return;
    await pause(500);
  }
  throw new Error('The process did not stop');
}
