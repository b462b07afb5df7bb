import { describe, expect, it } from 'vitest';
import { header, lines, load, problemsOf } from './load-helpers.ts';
import { problemTable, step } from './problem-table.ts';

describe('the loader reports', () => {
  it.each(problemTable)('%s, with its place and what to do', async (_rule, text, problem) => {
    const problems = await problemsOf({ 'r.yaml': text });
    expect(lines(problems).join('\n')).toContain(problem);
    const line = problems[0]?.at?.line ?? 0;
    expect(problems[0]?.snippet).toBe(text.split('\n')[line - 1]);
  });

  it('the place of an expression within its line', async () => {
    const [problem] = await problemsOf({ 'r.yaml': step('when: "true && env.CLUSTR == null"') });
    const line = problem?.snippet ?? '';
    const column = (problem?.at?.column ?? 0) - 1;
    expect(line.slice(column, column + (problem?.at?.length ?? 0))).toBe('env.CLUSTR');
  });

  it('the line of an expression in a text of several lines', async () => {
    const text = step('onFailure: stop').replace(
      'steps: [ { id: z, action: test.find, with: { target: source } } ]',
      'steps:\n      - id: z\n        action: test.find\n        when: >-\n          true &&\n          env.CLUSTR == null\n        with: { target: source }',
    );
    const [problem] = await problemsOf({ 'r.yaml': text });
    expect(problem).toMatchObject({
      snippet: '          env.CLUSTR == null',
      at: { column: 11, length: 10 },
    });
  });

  it('another apiVersion as such, whatever else is in the file', async () => {
    const text = header.replace('drctl.dev/v1', 'drctl.dev/v2') + 'nonsense: true';
    await expect(load({ 'r.yaml': text })).rejects.toMatchObject({
      code: 'RUNBOOK_VERSION',
      message: 'r.yaml has apiVersion "drctl.dev/v2"; this drctl runs "drctl.dev/v1"',
    });
  });

  it('nothing at all for aliases that would grow without end, but one problem', async () => {
    const bomb = Array.from(
      { length: 30 },
      (_, n) => `v${n + 1}: &v${n + 1} [*v${n}, *v${n}]`,
    ).join('\n');
    const problems = await problemsOf({ 'r.yaml': `v0: &v0 [x]\n${bomb}\n` });
    expect(lines(problems).join()).toContain('too large or too deep');
  });
});
