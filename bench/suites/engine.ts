// What drctl itself costs: runs of steps that do next to nothing, beside the tools that people know, and how it grows.
// Runbooks are generated as JSON, which is YAML, as Terraform's configurations are.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { layers, longJournal, tasks } from './engine/inputs.ts';
import { installed, runCommand } from '../measure/command.ts';
import { alone, inTurns } from '../measure/in-turns.ts';
import type { BenchLine } from '../report/line.ts';
import type { BenchContext, Suite } from '../suite.ts';

/** Beside Terraform; its 1,000 take a minute, so they are measured in fewer rounds. */
const beside = [
  { steps: 100, atMost: 0.3, roundsMax: 9 },
  { steps: 1_000, atMost: 0.05, roundsMax: 1 },
] as const;
const growth = [100, 1_000, 10_000] as const;
const PEAK_MIB_MAX = 350;
const JOURNAL_EVENTS = 100_000;

export const engine: Suite = {
  name: 'engine',
  async measure(context) {
    const lines: BenchLine[] = [];
    for (const one of beside) lines.push(await besideTerraform(context, one));
    lines.push(await besideAnsible(context));
    lines.push(...(await growing(context)));
    lines.push(...(await resuming(context)));
    return lines;
  },
};

async function besideTerraform(
  context: BenchContext,
  { steps, atMost, roundsMax }: (typeof beside)[number],
): Promise<BenchLine> {
  const name = `plan and apply ${steps} steps`;
  const terraform = installed('terraform');
  if (terraform === undefined) return missing(name, 'terraform');
  context.tell(`${name}, beside terraform`);
  const ours = await runbookOf(context, steps);
  const folder = path.join(context.folder, `terraform-${steps}`);
  await mkdir(folder);
  await writeFile(path.join(folder, 'main.tf.json'), JSON.stringify(layers.terraform(steps)));
  await runCommand([terraform, 'init', '-input=false'], { cwd: folder });
  const figures = await inTurns(
    Math.min(context.rounds, roundsMax),
    async () => (await planAndApply(context, ours)).seconds,
    async () => {
      await rm(path.join(folder, 'terraform.tfstate'), { force: true });
      const inFolder = { cwd: folder, stdout: 'ignore' } as const;
      const plan = await runCommand([terraform, 'plan', '-input=false', '-out=plan'], inFolder);
      const applied = await runCommand([terraform, 'apply', '-input=false', 'plan'], inFolder);
      return plan.seconds + applied.seconds;
    },
  );
  const peer = 'terraform';
  return { suite: 'engine', name, unit: 's', peer, ...figures, limit: { of: 'ratio', atMost } };
}

/**
 * drctl has no local shell by design: its trivial step computes a value and is journaled as every other one, where
 * Ansible's starts /bin/true.
 */
async function besideAnsible(context: BenchContext): Promise<BenchLine> {
  const name = '100 trivial steps (flow.values beside command: /bin/true)';
  const ansible = installed('ansible-playbook');
  if (ansible === undefined) return missing(name, 'ansible-playbook');
  context.tell(name);
  const ours = await runbookOf(context, 100);
  const playbook = path.join(context.folder, 'playbook.json');
  await writeFile(playbook, JSON.stringify(tasks.ansible(100)));
  const figures = await inTurns(
    context.rounds,
    async () => (await apply(context, ours)).seconds,
    async () => (await runCommand([ansible, '-i', 'localhost,', '-c', 'local', playbook])).seconds,
  );
  const limit = { of: 'ratio', atMost: 0.05 } as const;
  return { suite: 'engine', name, unit: 's', peer: 'ansible', ...figures, limit };
}

async function growing(context: BenchContext): Promise<readonly BenchLine[]> {
  const lines: BenchLine[] = [];
  let before: { readonly steps: number; readonly seconds: number } | undefined;
  for (const steps of growth) {
    const name = `plan and apply ${steps} steps`;
    context.tell(name);
    const file = await runbookOf(context, steps);
    let peakMiB = 0;
    const seconds = await alone(Math.min(context.rounds, 3), async () => {
      const ran = await planAndApply(context, file);
      peakMiB = Math.max(peakMiB, ran.peakMiB);
      return ran.seconds;
    });
    lines.push({
      suite: 'engine',
      name,
      unit: 's',
      ours: seconds,
      ...(before === undefined
        ? {}
        : { peer: `${before.steps} steps`, theirs: before.seconds, limit: tenfold(steps) }),
    });
    const limit = { of: 'value', atMost: PEAK_MIB_MAX } as const;
    lines.push({
      suite: 'engine',
      name: `${name}: peak memory`,
      unit: 'MiB',
      ours: peakMiB,
      limit,
    });
    before = { steps, seconds };
  }
  return lines;
}

/** Ten times the steps, the start of two commands in both: anything above twelve times is not linear. */
function tenfold(steps: number) {
  return { of: 'ratio', atMost: steps === 10_000 ? 12 : 10 } as const;
}

async function resuming(context: BenchContext): Promise<readonly BenchLine[]> {
  context.tell(`a journal of ${JOURNAL_EVENTS} events`);
  // A run of one step that failed for good, so that there is something to go on from; then its history grows.
  const file = path.join(context.folder, 'history.yaml');
  await writeFile(file, JSON.stringify(longJournal.runbook()));
  const state = path.join(context.folder, 'history');
  await runCommand([...context.drctl, 'apply', file, '--state', state, '--auto-approve'], {
    accept: [1],
  });
  const [runId = ''] = await readdir(path.join(state, 'runs'));
  await longJournal.grow(path.join(state, 'runs', runId, 'journal.ndjson'), JOURNAL_EVENTS);
  const timed = async (args: readonly string[], accept: readonly number[]) =>
    alone(Math.min(context.rounds, 5), async () => {
      const argv = [...context.drctl, ...args, runId, '--state', state];
      return (await runCommand(argv, { accept, stdout: 'ignore' })).seconds;
    });
  const limit = { of: 'value', atMost: 2 } as const;
  const of = `a run of ${JOURNAL_EVENTS} events`;
  const status = await timed(['status'], [0]);
  const resume = await timed(['resume', '--auto-approve'], [1]);
  return [
    { suite: 'engine', name: `status of ${of}`, unit: 's', ours: status, limit },
    { suite: 'engine', name: `resume ${of}`, unit: 's', ours: resume, limit },
  ];
}

async function runbookOf(context: BenchContext, steps: number): Promise<string> {
  const file = path.join(context.folder, `${steps}.yaml`);
  await writeFile(file, JSON.stringify(layers.drctl(steps), null, 1));
  return file;
}

async function planAndApply(context: BenchContext, file: string) {
  const plan = await runCommand([...context.drctl, 'plan', file, '--state', stateOf(context)], {
    stdout: 'ignore',
  });
  const applied = await apply(context, file);
  return {
    seconds: plan.seconds + applied.seconds,
    peakMiB: Math.max(plan.peakMiB, applied.peakMiB),
  };
}

/** A state of its own each time: earlier runs are read for how long a run takes. */
async function apply(context: BenchContext, file: string) {
  const state = stateOf(context);
  await rm(state, { recursive: true, force: true });
  return runCommand([...context.drctl, 'apply', file, '--state', state, '--auto-approve'], {
    stdout: 'ignore',
  });
}

const stateOf = ({ folder }: BenchContext): string => path.join(folder, 'state');

function missing(name: string, peer: string): BenchLine {
  return { suite: 'engine', name, because: `${peer} is not installed` };
}
