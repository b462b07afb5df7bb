import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatProblem } from '../../../src/engine/language/format-problem.ts';
import { problemsOf } from './load-helpers.ts';

it('a bad runbook is reported whole, in the order of its lines', async () => {
  const text = readFileSync(new URL('fixtures/bad-runbook.yaml', import.meta.url), 'utf8');
  const problems = await problemsOf({ 'r.yaml': text });
  await expect(`${problems.map(formatProblem).join('\n\n')}\n`).toMatchFileSnapshot(
    'fixtures/bad-runbook.problems.txt',
  );
});
