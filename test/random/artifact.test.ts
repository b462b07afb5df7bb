// An artifact or a manifest: whatever is in it, drctl gets a value or a DrctlError of the catalogue, in bounded time: never a TypeError,
// never a RangeError, never a hang. Told again with DRCTL_TEST_SEED.

import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { findTaken } from '../../src/actions/etcd/support/snapshot-note.ts';
import { readExported, readIndex } from '../../src/actions/k8s/support/exported.ts';
import { readManifests } from '../../src/actions/k8s/support/manifests.ts';
import { readContext } from '../fakes/contexts.ts';
import { World } from '../fakes/world.ts';
import { tally } from '../support/tally.ts';
import { extremes, inputsTried, outcomeOf } from './outcome.ts';
import { mutated, mutatedJson, runs, seed } from './seed.ts';

afterAll(() => {
  tally({
    suite: 'random inputs: artifacts',
    faults: inputsTried(),
    violations: 0,
    differences: 0,
    seed,
  });
});

async function readAsExport(text: string): Promise<void> {
  const world = new World({});
  world.artifacts.files.set('out/index.json', Buffer.from(text));
  world.artifacts.files.set('out/g/a.json', Buffer.from(text));
  const outcome = await outcomeOf(async () => {
    const found = await readIndex(world.artifacts, 'out');
    if (found === undefined) return;
    await readExported(world.artifacts, 'out', found.index, found.index.objects);
  });
  expect(['fine', 'DATA_CORRUPT', 'CLIENT_NOT_FOUND']).toContain(outcome);
}

async function readAsNote(text: string): Promise<void> {
  const world = new World({});
  world.artifacts.files.set('db', Buffer.from('x'));
  world.artifacts.files.set('db.json', Buffer.from(text));
  expect(await outcomeOf(async () => findTaken('db', readContext(world)))).toBe('fine');
  expect(await findTaken('db', readContext(world))).toBeUndefined();
}

describe('an artifact', () => {
  it('with anything in it is an export, or DATA_CORRUPT', async () => {
    const file = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'a',
      group: 'g',
      file: 'g/a.json',
      digest: 'sha256:0',
      owners: [],
    };
    const index = { format: 1, objects: [file], notTaken: [{ object: 'x', because: 'y' }] };
    for (const text of extremes(JSON.stringify(index))) await readAsExport(text);
    await fc.assert(fc.asyncProperty(mutated(JSON.stringify(index)), readAsExport), runs(200));
    await fc.assert(
      fc.asyncProperty(mutatedJson(index), async (value) =>
        readAsExport(JSON.stringify(value) ?? ''),
      ),
      runs(300),
    );
  }, 60_000);

  it('that is the note beside a snapshot counts only when it is whole', async () => {
    const note = { file: 'db', sizeBytes: 1, sha256: '0', pod: 'p', revision: 1, version: '3' };
    expect(extremes('').length).toBeGreaterThan(10);
    for (const text of extremes(JSON.stringify(note))) await readAsNote(text);
    await fc.assert(
      fc.asyncProperty(mutatedJson(note), async (value) => readAsNote(JSON.stringify(value) ?? '')),
      runs(200),
    );
  }, 60_000);
});

async function readAsManifest(text: string): Promise<void> {
  const { files } = new World({ files: { './m.yaml': text } }).readers;
  const outcome = await outcomeOf(async () => readManifests({ file: './m.yaml' }, files));
  expect(['fine', 'PARAMS_INVALID', 'SELECTION_EMPTY']).toContain(outcome);
}

describe('a manifest beside a runbook', () => {
  it('with anything in it is an object, or refused', async () => {
    const valid = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { b: c }\n';
    for (const text of extremes(valid)) await readAsManifest(text);
    await fc.assert(fc.asyncProperty(mutated(valid), readAsManifest), runs(200));
  }, 60_000);
});
