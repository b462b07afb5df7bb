// The whole shipped runbook while every server has a bad hour: one call in twenty fails in some way. The run may stop, as
// often as it likes within bounds, but only cleanly; and resumed until it is done, it ends as on a good day.
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { proxyLab, seeded, storm } from '../fakes/fault-proxy/storm.ts';
import type { ProxiedLab } from '../fakes/fault-proxy/storm.ts';
import { areMissing } from '../lab/envtest/real-servers.ts';
import { motoProgram } from '../lab/real/moto.ts';
import { freezeInTurn } from '../support/freeze.ts';
import { tally } from '../support/tally.ts';
import { mustSucceed, openWorkbench, runbook, show } from './workbench.ts';
import type { Outcome, Workbench } from './workbench.ts';

const LIMIT_MS = 900_000;
const MAX_RESUMES = 40;
const SHARE = 0.05;
/** 0 done, 1 a step failed, 3 refused, 5 a person must look. Never a bug (70), never ended by a signal. */
const CLEAN = [0, 1, 3, 5];

const seed = Number(process.env['DRCTL_TEST_SEED'] ?? 20_261_125);

let bench: Workbench | undefined;
let lab: ProxiedLab | undefined;
afterEach(async () => {
  await lab?.close();
  await bench?.close();
  [bench, lab] = [undefined, undefined];
});

async function untilDone(world: Workbench, first: readonly string[]): Promise<Outcome> {
  let outcome = await world.drctl(...first);
  for (let resumes = 0; outcome.exitCode !== 0 && resumes < MAX_RESUMES; resumes += 1) {
    expect(CLEAN, show(outcome)).toContain(outcome.exitCode);
    // What was never begun is simply begun; what stopped on its way names the way on.
    expect(outcome.stdout + outcome.stderr, show(outcome)).toMatch(
      /Nothing was begun|plan again|drctl (resume|apply|plan|retry)/,
    );
    const hasRun = (await world.journal()).length > 0;
    outcome = await world.drctl(...(hasRun ? ['resume', '--auto-approve'] : first));
  }
  return outcome;
}

const worlds = [
  { title: 'an embedded lab', flags: [], skip: false },
  {
    title: 'real servers (skipped where their programs are absent)',
    flags: ['--backend', 'envtest', '--aws', 'moto'],
    skip: areMissing || motoProgram === undefined,
  },
];

describe.each(worlds)(`in a storm of seed ${seed}, on $title`, ({ title, flags, skip }) => {
  it.skipIf(skip)(
    'the hosted cluster moves, however often the run has to be resumed',
    { timeout: LIMIT_MS },
    async () => {
      bench = await openWorkbench(...flags);
      lab = await proxyLab(path.join(bench.dir, '.drctl/lab'));
      const choose = storm(seeded(seed), SHARE);
      for (const proxy of [lab.source, lab.destination, lab.aws]) proxy.storm(choose);
      const copy = await lab.adapted(runbook);
      const first = ['apply', copy, '-e', lab.envFile, '--auto-approve'];
      const calm = new AbortController();
      const frozen = freezeInTurn({
        folder: bench.dir,
        programs: ['kube-apiserver', 'etcd'],
        everyMs: 10_000,
        forMs: 5_000,
        random: seeded(seed),
        signal: calm.signal,
      });
      const outcome = await untilDone(bench, first);
      calm.abort();
      const freezes = await frozen;
      const check = await bench.drctl('lab', 'check');
      tally({
        suite: `the shipped runbook in a storm of faults, ${title}`,
        faults: lab.faults() + freezes,
        violations: /violation/i.test(check.stdout) && check.exitCode !== 0 ? 1 : 0,
        differences: check.exitCode === 0 ? 0 : 1,
        seed,
      });
      expect(outcome.exitCode, show(outcome)).toBe(0);
      expect(lab.faults()).toBeGreaterThan(20);
      await mustSucceed(bench, 'lab', 'check');
    },
  );
});
