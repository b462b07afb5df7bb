// drctl fmt: the layout changes, the meaning and everything else about the file does not.

import { chmod, lstat, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { newFolder, runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

const untidy = `# What this is for.
apiVersion:   drctl.dev/v1
metadata:  {name: "small",   version: '1.0.0'}   # a note

phases:
    - id:  one
`;
const tidy = `# What this is for.
apiVersion: drctl.dev/v1
metadata: { name: 'small', version: '1.0.0' } # a note

phases:
  - id: one
`;

let cwd: string;
const drctl = (...argv: string[]): Promise<CliResult> => runCli(argv, { cwd });
const file = (name: string): string => path.join(cwd, name);

beforeEach(async () => {
  cwd = await newFolder();
  await writeFile(file('my.yaml'), untidy);
});

it('rewrites a file with its comments, and leaves one alone that is laid out', async () => {
  expect(await drctl('fmt', 'my.yaml')).toMatchObject({ code: 0, stdout: 'my.yaml\n' });
  expect(await readFile(file('my.yaml'), 'utf8')).toBe(tidy);
  const before = await stat(file('my.yaml'));
  expect(await drctl('fmt', 'my.yaml')).toMatchObject({ code: 0, stdout: '' });
  expect((await stat(file('my.yaml'))).ino).toBe(before.ino);
});

it('only tells with --check', async () => {
  expect(await drctl('fmt', '--check', 'my.yaml')).toMatchObject({
    code: 2,
    stdout: 'my.yaml would change\n',
  });
  expect(await readFile(file('my.yaml'), 'utf8')).toBe(untidy);
});

it('keeps the permissions of a file, and a link to it', async () => {
  await chmod(file('my.yaml'), 0o640);
  await symlink('my.yaml', file('link.yaml'));
  expect((await drctl('fmt', 'link.yaml')).code).toBe(0);
  expect((await lstat(file('link.yaml'))).isSymbolicLink()).toBe(true);
  expect((await stat(file('my.yaml'))).mode & 0o777).toBe(0o640);
  expect(await readFile(file('my.yaml'), 'utf8')).toBe(tidy);
});

it('writes nothing when one of the files is no YAML', async () => {
  await writeFile(file('bad.yaml'), 'a: [1\n');
  const refused = await drctl('fmt', 'my.yaml', 'bad.yaml');
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('bad.yaml is no YAML');
  expect(await readFile(file('my.yaml'), 'utf8')).toBe(untidy);
});

it('tells machines which files changed', async () => {
  const { stdout } = await drctl('fmt', '--json', 'my.yaml');
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'formatted',
    files: [{ file: 'my.yaml', changed: true }],
    written: true,
  });
});

it('names all files that it cannot lay out at once', async () => {
  await writeFile(file('bad.yaml'), 'a: [1\n');
  const refused = await drctl('fmt', 'bad.yaml', 'none.yaml', 'my.yaml');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('2 of 3 files cannot be laid out');
  expect(refused.stderr).toContain('bad.yaml is no YAML');
  expect(refused.stderr).toContain('none.yaml');
  expect(await readFile(file('my.yaml'), 'utf8')).toBe(untidy);
});
