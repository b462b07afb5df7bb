// What --state may be, and what is said of a place that cannot hold runs.

import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { newFolder, runCli } from './run-cli.ts';

describe('--state', () => {
  it.each(['s3:/bucket/x', 's3:bucket/x', 'S3:bucket/x'])(
    'is not taken for a folder when s3:// is misspelt: %s',
    async (place) => {
      const cwd = await newFolder();
      const { code, stderr } = await runCli(['runs', '--state', place], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain(`USAGE: "${place}" is no place for the state of runs`);
      expect(stderr).toContain('Did you mean s3://bucket/x?');
      expect(await readdir(cwd)).toEqual([]);
    },
  );
});

describe('a missing argument', () => {
  it.each([
    [['audit', 'verify'], '(RUN): 0 given, 1 needed', 'drctl audit verify --help'],
    [['retry', 'run-1', '--reason', 'x'], '(RUN STEP): 1 given, 2 needed', 'drctl retry --help'],
  ])('is named: %s', async (argv, named, help) => {
    const { code, stderr } = await runCli(argv, { cwd: await newFolder() });
    expect(code).toBe(2);
    expect(stderr).toContain(`USAGE: An argument is missing ${named}`);
    expect(stderr).toContain(`See "${help}"`);
  });
});
