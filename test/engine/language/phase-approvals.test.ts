// Who has to agree before a phase begins, as a runbook says it.

import { describe, expect, it } from 'vitest';
import { header, load, problemsOf } from './load-helpers.ts';

const text = (fields: string): Readonly<Record<string, string>> => ({
  'r.yaml': `${header}phases: [ { id: one, ${fields}, steps: [ { id: a, action: test.find, with: { target: source } } ] } ]\n`,
});

describe('a phase', () => {
  it.each([
    ['title: One', { approval: 'none', approvals: 1, confirm: undefined }],
    ['approval: required', { approval: 'required', approvals: 1, confirm: undefined }],
    ['approvals: 3', { approval: 'required', approvals: 3 }],
    [
      'confirm: { message: "All of {{vars.ns}}", typed: "{{env.CLUSTER}}" }',
      {
        approval: 'required',
        confirm: { message: 'All of {{vars.ns}}', typed: '{{env.CLUSTER}}' },
      },
    ],
  ])('with %s asks as many as it says', async (fields, phase) => {
    expect((await load(text(fields))).phases).toMatchObject([phase]);
  });

  it.each([
    ['approvals: 0', 'approvals'],
    ['approvals: 6', 'approvals'],
    ['approvals: two', 'approvals'],
    ['confirm: { typed: x }', 'message'],
    ['confirm: { message: "{{steps.a.outputs.x}}" }', 'rendered before any step'],
    ['confirm: { message: "{{env.CLUSTR}}" }', 'CLUSTR'],
  ])('with %s is refused', async (fields, part) => {
    const [problem] = await problemsOf(text(fields));
    expect(problem?.message).toContain(part);
  });
});
