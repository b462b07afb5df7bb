// The text of a saved plan reads back as the same plan, or is refused in words, whatever happened to it.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DrctlError,
  compareSurroundings,
  decodeSavedPlan,
  encodeSavedPlan,
  looksLikePlan,
  planDigest,
  planRun,
} from '../../../src/engine/index.ts';
import type { SavedPlan, Surroundings } from '../../../src/engine/index.ts';
import { make, set, worldOf } from './plans.ts';
import { phase, toySession } from './toy-world.ts';

const digest = `sha256:${'0'.repeat(64)}`;

async function unsealed(): Promise<Omit<SavedPlan, 'kind' | 'format' | 'checksum'>> {
  const world = worldOf({ 'a/x': 0 });
  const session = toySession({ world, phases: [phase('p', [set('s', 'x'), make('m')])] });
  const made = await planRun(session);
  const plan = { ...made, runbook: { ...made.runbook, digest }, createdAt: '2026-12-01T00:00:00Z' };
  const clusters = { a: 'uid-of-a' };
  return {
    digest: planDigest(plan, { runId: session.runId, clusters }),
    runId: session.runId,
    createdAt: plan.createdAt,
    drctl: '1.0.0',
    by: { user: 'ana', host: 'bastion', pid: 7 },
    runbook: plan.runbook,
    sources: [{ path: 'toy.yaml', text: 'one\ntwo\n' }],
    env: { NAME: 'ü' },
    sensitiveEnv: ['PASSWORD'],
    verifiers: { PASSWORD: 'scrypt:a:b' },
    envFiles: [],
    unavailable: plan.unavailable,
    parallel: 8,
    actions: { 'toy.set': 1 },
    targets: [{ name: 'a', type: 'kubernetes', where: 'kubeconfig', cluster: 'uid-of-a' }],
    plan,
  };
}

const text = encodeSavedPlan(await unsealed());
const saved = decodeSavedPlan(text, 'my.plan');

/** What was read, or the code of the refusal. Anything else that is thrown fails the test. */
function read(given: string): SavedPlan | string {
  try {
    return decodeSavedPlan(given, 'my.plan');
  } catch (error) {
    if (!(error instanceof DrctlError)) throw error;
    return error.message.includes('my.plan') ? error.code : error.message;
  }
}

describe('the text of a plan', () => {
  it('reads back as it was, however it is laid out', async () => {
    expect(saved).toMatchObject(await unsealed());
    expect(read(JSON.stringify(JSON.parse(text)))).toEqual(saved);
    expect(read(`\uFEFF${text}`)).toEqual(saved);
  });

  it('is refused wherever it is cut off', () => {
    for (let length = 0; length < text.trimEnd().length; length += 7) {
      expect(read(text.slice(0, length))).toBe('PLAN_INVALID');
    }
  });

  it('is refused after any edit that changes what it says', () => {
    const edit = fc.record({
      at: fc.nat(text.length - 1),
      removed: fc.nat(5),
      added: fc.string({ maxLength: 5, unit: 'binary' }),
    });
    fc.assert(
      fc.property(edit, ({ at, removed, added }) => {
        const result = read(text.slice(0, at) + added + text.slice(at + removed));
        expect([saved, 'PLAN_INVALID']).toContainEqual(result);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when it is anything else, JSON or not', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString());
    const like = fc.jsonValue().map((value) => JSON.stringify({ kind: 'drctl-plan', value }));
    const members = fc.dictionary(fc.constantFrom(...Object.keys(saved)), fc.jsonValue());
    const shaped = members.map((value) => JSON.stringify({ ...saved, ...value, checksum: digest }));
    fc.assert(
      fc.property(fc.oneof(bytes, fc.json(), like, shaped), (other) => {
        expect(read(other)).toBe('PLAN_INVALID');
        expect(typeof looksLikePlan(other)).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['deep', `{"kind":"drctl-plan","x":${'['.repeat(1_000_000)}`],
    ['deep and whole', `{"kind":"drctl-plan","x":${'['.repeat(9999)}${']'.repeat(9999)}}`],
    ['with the key of all objects', text.replace('"NAME"', '"__proto__": {"x": 1}, "NAME"')],
    [
      'with that key written otherwise',
      text.replace('"NAME"', String.raw`"__pr\u006fto__": 1, "NAME"`),
    ],
    ['of a newer format', text.replace('"format": 1', '"format": 99')],
  ])('is refused when it is %s', (_what, other) => {
    expect(looksLikePlan(other)).toBe(true);
    expect(read(other)).toBe('PLAN_INVALID');
  });
});

describe('what a plan was made for', () => {
  const same: Surroundings = {
    drctl: saved.drctl,
    actions: saved.actions,
    files: ['one\ntwo\n'],
    values: [],
    secrets: [],
    clusters: { a: 'uid-of-a' },
  };

  it.each<[string, Partial<Surroundings>, object[]]>([
    ['nothing, when nothing is otherwise', {}, []],
    ['nothing of clusters that were not asked yet', { clusters: undefined }, []],
    [
      'another runbook',
      { files: ['one\nthree\n'] },
      [{ matters: true, message: expect.stringContaining('line 2') }],
    ],
    ['a runbook that is gone', { files: [undefined] }, [{ matters: false }]],
    ['another value', { values: [{ name: 'NAME', from: 'ü', to: 'u' }] }, [{ matters: true }]],
    ['another secret', { secrets: ['PASSWORD'] }, [{ name: 'PASSWORD', matters: true }]],
    ['another drctl', { drctl: '2.0.0' }, [{ about: 'drctl', matters: false }]],
    ['another action', { actions: { 'toy.set': 2 } }, [{ about: 'action', matters: true }]],
    ['an action less', { actions: {} }, [{ about: 'action', matters: true }]],
    ['another cluster', { clusters: { a: 'other' } }, [{ about: 'target', matters: true }]],
    ['a cluster that does not tell', { clusters: {} }, [{ about: 'target', matters: true }]],
  ])('tells of %s', (_what, other, expected) => {
    expect(compareSurroundings(saved, { ...same, ...other })).toMatchObject(expected);
  });
});
