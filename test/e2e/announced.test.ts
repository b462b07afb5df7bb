// What a plan announces is what is done: every change in the journal of a whole move, object by object and field by field,
// is one that the plan of that run had in it, and the other way round.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Change, FieldChange, Plan } from '../../src/engine/index.ts';
import { realCrds, withoutCrds } from '../lab/crds/real-crds.ts';
import { areMissing } from '../lab/envtest/real-servers.ts';
import { mustSucceed, openWorkbench, runbook } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const LIMIT_MS = 900_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

/** By instance: "+ destination: NodePool clusters/np-1 {…}". */
type Changes = ReadonlyMap<string, readonly string[]>;

async function announced({ dir }: Workbench): Promise<{ plan: Changes; later: readonly string[] }> {
  const { plan } = JSON.parse(await readFile(path.join(dir, 'move.plan'), 'utf8')) as {
    plan: Plan;
  };
  const changes = new Map<string, readonly string[]>();
  const later: string[] = [];
  for (const { id, effect, fate } of plan.phases.flatMap(({ steps }) => steps)) {
    if (effect === 'read' || fate.kind === 'skipped') continue;
    if (fate.kind === 'later') later.push(id);
    else for (const one of fate.instances) changes.set(one.id, one.changes.map(asLine));
  }
  return { plan: changes, later };
}

async function done(world: Workbench): Promise<Changes> {
  const changes = new Map<string, readonly string[]>();
  for (const event of await world.journal())
    if (event.type === 'step.started') changes.set(event.step, event.changes.map(asLine));
  return changes;
}

function asLine(change: Change): string {
  if (change.kind === 'none') return 'nothing';
  if (change.kind === 'later') return 'later';
  const rest = change.kind === 'run' ? change.summary : fieldsOf(change.fields);
  return `${change.kind} ${change.on.target}: ${change.on.object} ${rest}`;
}

/** What a plan cannot know yet it says so, and nobody prints a signed URL: these values, or lists of them, are one here. */
function fieldsOf(fields: readonly FieldChange[]): string {
  const ordered = fields.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return JSON.stringify(ordered)
    .replaceAll(/"\((known after [^)]*|sensitive)\)"/g, '"…"')
    .replaceAll('["…"]', '"…"');
}

interface Move {
  readonly announced: Record<string, readonly string[]>;
  /** Of the same instances. */
  readonly done: Record<string, readonly string[]>;
  readonly later: readonly string[];
}

async function planAndApply(...flags: readonly string[]): Promise<Move> {
  bench = await openWorkbench(...flags);
  await mustSucceed(bench, 'plan', runbook, ...bench.env, '-o', 'move.plan');
  await mustSucceed(bench, 'apply', 'move.plan', '--auto-approve');
  const { plan, later } = await announced(bench);
  const journaled = await done(bench);
  return {
    announced: inOrder([...plan]),
    done: inOrder([...plan.keys()].map((id) => [id, journaled.get(id) ?? ['not begun']])),
    later,
  };
}

function inOrder(
  changes: readonly (readonly [string, readonly string[]])[],
): Record<string, readonly string[]> {
  return Object.fromEntries(changes.map(([id, lines]) => [id, lines.toSorted()]));
}

// Only what is made of the snapshot itself cannot be told before there is one.
const afterSnapshot = ['upload-snapshot', 'record-backup'];

it('on the embedded servers', { timeout: LIMIT_MS }, async () => {
  const move = await planAndApply();
  expect(move.done).toEqual(move.announced);
  expect(move.later).toEqual(afterSnapshot);
});

it.skipIf(areMissing || withoutCrds)(
  'on real servers, highly available, with the real definitions',
  { timeout: LIMIT_MS },
  async () => {
    const move = await planAndApply('--backend', 'envtest', '--ha', '--crds', realCrds);
    expect(move.done).toEqual(move.announced);
    expect(move.later).toEqual(afterSnapshot);
  },
);
