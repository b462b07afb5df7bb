// drctl init: what it writes is valid as it stands, and nothing is written over.

import { readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder, runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

let cwd: string;
const drctl = (...argv: string[]): Promise<CliResult> =>
  runCli(argv, { cwd, env: { HOME: '/home/me' } });

beforeEach(async () => {
  cwd = await newFolder();
});

describe.each(['empty', 'aws-same-region', 'aws-backup'])('from %s', (from) => {
  it('writes a runbook that is valid with its values, and in which the linter finds nothing', async () => {
    expect(await drctl('init', 'my.yaml', '--from', from)).toMatchObject({ code: 0, stderr: '' });
    expect((await readdir(cwd)).sort()).toEqual(['my.env', 'my.yaml', 'runbook.v1.schema.json']);
    expect(await drctl('validate', 'my.yaml', '-e', 'my.env')).toMatchObject({ code: 0 });
    expect(await drctl('lint', 'my.yaml')).toMatchObject({ code: 0 });
    expect(await drctl('fmt', '--check', 'my.yaml')).toMatchObject({ code: 0 });
  });

  it('names the schema that lies beside it', async () => {
    await drctl('init', 'my.yaml', '--from', from);
    const [first] = (await readFile(path.join(cwd, 'my.yaml'), 'utf8')).split('\n');
    expect(first).toBe('# yaml-language-server: $schema=./runbook.v1.schema.json');
  });
});

it('says what can be done next', async () => {
  expect((await drctl('init', 'my.yaml')).stdout).toMatchInlineSnapshot(`
    "+ my.yaml
    + my.env
    + runbook.v1.schema.json

    Next: edit my.yaml and my.env, then
      drctl validate my.yaml -e my.env
      drctl plan my.yaml -e my.env
    "
  `);
});

it.each(['my.yaml', 'my.env'])('writes nothing when %s is there', async (name) => {
  await writeFile(path.join(cwd, name), 'mine');
  const refused = await drctl('init', 'my.yaml');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`${name} is there already`);
  expect(await readdir(cwd)).toEqual([name]);
  expect(await readFile(path.join(cwd, name), 'utf8')).toBe('mine');
});

it('shares the schema with other runbooks of the folder', async () => {
  await drctl('init', 'one.yaml');
  expect((await drctl('init', 'two.yaml', '--json')).stdout).toContain(
    '"written":["two.yaml","two.env"]',
  );
});

it('leaves nothing behind when one of the files cannot be written', async () => {
  await symlink('/nowhere/my.env', path.join(cwd, 'my.env'));
  const refused = await drctl('init', 'my.yaml');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('Cannot write my.env');
  expect(await readdir(cwd)).toEqual(['my.env']);
});

it('says so when the folder is not there', async () => {
  const refused = await drctl('init', 'nowhere/my.yaml');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('Cannot write nowhere/my.yaml');
});

it('makes the file that values come into its owner’s alone', async () => {
  await drctl('init', 'my.yaml');
  expect((await stat(path.join(cwd, 'my.env'))).mode & 0o077).toBe(0);
});
