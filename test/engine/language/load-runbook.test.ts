import { describe, expect, it } from 'vitest';
import { loadRunbookFromSources } from '../../../src/engine/language/load-runbook.ts';
import { header, load, problemsOf } from './load-helpers.ts';
import { onlyPhases, withParams } from './problem-table.ts';
import { testRegistry } from './test-registry.ts';

describe('a valid runbook', () => {
  it('gets every default, and needs from what it refers to', async () => {
    const runbook = await load({
      'r.yaml': `${header}phases:
  - id: one
    steps:
      - { id: find-it, action: test.find, with: { target: source, where: "object.a == env.CLUSTER" } }
      - id: each
        forEach: steps['find-it'].outputs.items
        key: item.name
        action: test.change
        with: { target: source, replicas: "{{item.replicas}}" }
      - { id: last, action: test.find, needs: [each], with: { target: source, where: "object.x in steps['find-it'].outputs.items" } }
  - id: two
    steps: [ { id: up, action: store.upload, with: { target: aws, from: "{{steps.find-it.outputs.file}}" } } ]
`,
    });
    const steps = runbook.phases.flatMap(({ steps: all }) => all);
    expect(steps.map(({ id, needs }) => [id, needs])).toEqual([
      ['find-it', []],
      ['each', ['find-it']],
      ['last', ['each', 'find-it']],
      ['up', ['find-it']],
    ]);
    expect(steps[0]).toMatchObject({
      title: 'find-it',
      phase: 'one',
      timeoutMs: 600_000,
      retry: { attempts: 3, initialDelayMs: 1_000, factor: 2, maxDelayMs: 30_000, jitter: true },
      onFailure: 'stop',
      deferUndo: false,
      at: { file: 'r.yaml', line: 12 },
    });
  });

  it('loads again from its own copies, with the same digest', async () => {
    const runbook = await load({ 'r.yaml': header + onlyPhases });
    const again = await loadRunbookFromSources(runbook.sources, testRegistry);
    expect(again).toEqual(runbook);
    const other = await load({ 'r.yaml': `${header}${onlyPhases}# changed\n` });
    expect(other.digest).not.toBe(runbook.digest);
  });

  it('orders vars by what they refer to', async () => {
    const text = header.replace('vars: { ns', 'vars: { b: "{{vars.a}}", a: "{{vars.ns}}", ns');
    const { vars } = await load({ 'r.yaml': text + onlyPhases });
    expect([...vars.keys()]).toEqual(['ns', 'a', 'b']);
  });

  it('may use anchors and merge keys', async () => {
    const { phases } = await load({
      'r.yaml': `${header}phases:
  - id: one
    steps:
      - &base { id: a, action: test.find, timeout: 1m, with: &t { target: source } }
      - { <<: *base, id: b, timeout: 2m }
      - { id: c, action: test.change, with: { <<: *t, replicas: 1 } }
`,
    });
    expect(
      phases[0]?.steps.map(({ id, timeoutMs, with: params }) => [id, timeoutMs, params]),
    ).toEqual([
      ['a', 60_000, { target: 'source' }],
      ['b', 120_000, { target: 'source' }],
      ['c', 600_000, { target: 'source', replicas: 1 }],
    ]);
  });

  it('may hold a template wherever a parameter is not free text', async () => {
    const params =
      'target: source, replicas: "{{env.REGION}}", mode: "{{env.REGION}}", patch: "{{vars.ns}}", value: "{{vars.ns}}"';
    expect(await problemsOf({ 'r.yaml': withParams(params) })).toEqual([]);
  });

  it('may undo a step by steps of its own', async () => {
    const { rollback } = await load({
      'r.yaml': `${header}${onlyPhases}rollback:
  a: [ { action: test.change, when: "env.REGION != null", with: { target: source, labels: { f: "{{steps.a.outputs.file}}" } } } ]
`,
    });
    expect(rollback.get('a')).toMatchObject([{ id: 'a-undo-1', action: 'test.change' }]);
  });
});
