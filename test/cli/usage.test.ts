// A command line that cannot be understood is explained in plain words, with what was typed and what was probably meant.

import { afterEach, expect, it, vi } from 'vitest';
import { newFolder, runCli } from './run-cli.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const cases: readonly (readonly [string, string, string])[] = [
  ['lab fail sorce', 'SIDE cannot be "sorce": it is one of source, destination', '"source"'],
  [
    'lab check --expect migratd',
    '--expect cannot be "migratd": it is one of migrated, control-plane-only, recovered, unchanged',
    '"migrated"',
  ],
  [
    'lab up --backend foo --aws mot',
    '--backend cannot be "foo": it is one of embedded, envtest; --aws cannot be "mot": it is one of embedded, moto',
    '"moto"',
  ],
  ['lab up --highly-availble', 'There is no flag --highly-availble', '--highly-available'],
  ['lab fial', 'There is no command "lab fial"', '"fail"'],
  ['plna', 'There is no command "plna"', '"plan"'],
  ['plan r.yaml --ful', 'There is no flag --ful', '--full'],
  ['plan r.yaml --ful=3 --fo-bar', 'There is no flag --ful, --fo-bar', '--full'],
  ['runs --no-colr', 'There is no flag --no-colr', '--no-color'],
];

const withoutNear: readonly (readonly [string, string, string])[] = [
  ['xyzzy', 'There is no command "xyzzy"', 'drctl --help'],
  ['lab xyzzy', 'There is no command "lab xyzzy"', 'drctl lab --help'],
  ['lab', 'Name a command of lab: up, status, check, fail, down, demo', 'drctl lab --help'],
  ['audit', 'Name a command of audit: verify', 'drctl audit --help'],
  ['plan a b', '"b" is one word too many', 'drctl plan --help'],
  ['plan', 'An argument is missing (RUNBOOK): 0 given, 1 needed', 'drctl plan --help'],
  ['skip a', 'An argument is missing (RUN STEP): 1 given, 2 needed', 'drctl skip --help'],
  ['skip a b', '--reason is missing (Why; kept in the journal)', 'drctl skip --help'],
  ['fmt', 'An argument is missing (FILES): 0 given, 1 needed', 'drctl fmt --help'],
  ['fmt -', '"-" is no file: standard input is not read, so name one', 'drctl fmt --help'],
  ['init -', '"-" is no file: standard input is not read, so name one', 'drctl init --help'],
  ['plan r.yaml -e', '-e needs a value', 'drctl plan --help'],
  ['plan r.yaml --set', '--set needs a value', 'drctl plan --help'],
  ['plan r.yaml -qx', 'There is no flag -x', 'drctl plan --help'],
  ['plan r.yaml --parallel=abc', '--parallel must be a number, not "abc"', 'drctl plan --help'],
  [
    'plan r.yaml --parallel 3 --parallel 4',
    '--parallel can be given once only, not as "3" and "4"',
    'drctl plan --help',
  ],
  [
    'plan r.yaml --full=maybe',
    '--full is switched on or off: it cannot be "maybe"',
    'drctl plan --help',
  ],
  ['status --state', '--state needs a value', 'drctl status --help'],
  ['status --state=', '--state needs a value', 'drctl status --help'],
];

it.each([
  ...cases.map(([line, said, near]) => [line, said, `Did you mean ${near}? See "drctl `] as const),
  ...withoutNear.map(([line, said, help]) => [line, said, `See "${help}"`] as const),
])('drctl %s: %s', async (line, said, hint) => {
  const result = await runCli(line.split(' '), { cwd: await newFolder() });
  expect(result).toMatchObject({ code: 2, stdout: '' });
  const [first, second, ...rest] = result.stderr.trimEnd().split('\n');
  expect(first).toBe(`USAGE: ${said}`);
  expect(second?.trim().startsWith(hint)).toBe(true);
  expect(rest).toEqual([]);
});

it('a hidden command is not among those that are named', async () => {
  const result = await runCli(['lab', 'serv'], { cwd: await newFolder() });
  expect(result.stderr).not.toContain('serve');
});

it('speaks English wherever it runs', async () => {
  vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
  const result = await runCli(['plan', 'r.yaml', '--ful'], { cwd: await newFolder() });
  expect(result.stderr).toContain('USAGE: There is no flag --ful');
});
