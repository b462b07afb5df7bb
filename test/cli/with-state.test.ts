import { readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withState } from '../../src/cli/with-state.ts';
import { createBench, values } from './bench.ts';

describe('commands that are printed', () => {
  it.each([
    ['run "drctl unlock run-1"', 'run "drctl unlock --state s3://b/p run-1"'],
    [
      'drctl retry|skip|mark-done run-1 step',
      'drctl retry|skip|mark-done --state s3://b/p run-1 step',
    ],
    [
      '"drctl audit verify run-1" and "drctl runs"',
      '"drctl audit verify --state s3://b/p run-1" and "drctl runs --state s3://b/p"',
    ],
    ['drctl cleanup run-1 --preview', 'drctl cleanup --state s3://b/p run-1 --preview'],
  ])('name the place that was given: %s', (before, after) => {
    expect(withState(before, 's3://b/p')).toBe(after);
  });

  it.each([
    'drctl resume --state /mnt/other run-2',
    'drctl validate small.yaml',
    'drctl resumes',
    '"drctl cleanup" puts it back',
  ])('stay as they are: %s', (text) => {
    expect(withState(text, 's3://b/p')).toBe(text);
  });

  it('quote a place for the shell', () => {
    expect(withState('drctl runs', "/mnt/it's here")).toBe(
      String.raw`drctl runs --state '/mnt/it'\''s here'`,
    );
  });
});

describe('a run whose place was given with --state', () => {
  const bench = createBench();
  const state = ['--state', 'my runs'];

  it('is named with it in results, in errors and in JSON', async () => {
    const begun = await bench.drctl(
      'apply',
      'small.yaml',
      ...values,
      ...state,
      '--approve',
      'plan',
    );
    expect(begun.code).toBe(5);
    expect(begun.stdout).toContain("drctl resume --state 'my runs' RUN-small");
    expect(begun.stderr).toContain(`"drctl resume --state 'my runs' RUN-small --approve clean"`);
    const status = await bench.drctl('status', ...state);
    expect(status.stdout).toContain("drctl rollback --state 'my runs' RUN-small --preview");
    const missing = await bench.drctl('status', 'no-run', ...state, '--json');
    expect(missing.stdout).toContain(`drctl runs --state 'my runs'`);
    const plain = await bench.drctl('status', 'no-run');
    expect(plain.stderr).toContain('Run "drctl runs" for');
  });

  it('is named whole where its journal cannot be trusted', async () => {
    await bench.drctl('apply', 'small.yaml', ...values, ...state, '--approve', 'plan');
    const runs = path.join(bench.cwd, 'my runs', 'runs');
    const [run = ''] = await readdir(runs);
    const journal = path.join(runs, run, 'journal.ndjson');
    await truncate(journal);
    await writeFile(journal, 'no record\n');
    const { code, stderr } = await bench.drctl('status', ...state);
    expect(code).toBe(5);
    expect(stderr).toContain(`Run "drctl audit verify --state 'my runs' RUN-small" to see all`);
  });
});
