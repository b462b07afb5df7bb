// Commands for people who write runbooks: what they print, byte by byte, and how they refuse bad input.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import type { Cli } from '../../src/cli/command.ts';
import { createRedactor } from '../../src/engine/index.ts';
import { newFolder, runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

const runbook = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: small, version: 1.2.0 }
env:
  NAME: { required: true, description: Name of the thing, pattern: "^[a-z]+$" }
  REPLICAS: { type: integer, default: 2 }
  PASSWORD: { sensitive: true }
  KUBECONFIG_FILE: { type: file, required: true }
targets:
  here: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
phases:
  - id: work
    steps:
      - id: mark
        action: k8s.get
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: "{{env.NAME}}" }
`;

let cwd: string;
const drctl = (...argv: string[]): Promise<CliResult> => runCli(argv, { cwd });

async function write(name: string, text: string): Promise<void> {
  await writeFile(path.join(cwd, name), text);
}

beforeAll(async () => {
  cwd = await newFolder();
  await write('small.yaml', runbook);
  await write('kubeconfig', 'kind: Config');
  await write(
    'my.env',
    'NAME=one\nexport PASSWORD="hunter2 is secret"\nKUBECONFIG_FILE=kubeconfig\n',
  );
});

describe('validate', () => {
  it('says what the runbook is made of', async () => {
    expect(await drctl('validate', 'small.yaml')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "✓ small.yaml is valid: small 1.2.0, 1 phase, 1 step, 0 preconditions
      ",
      }
    `);
  });

  it('gives machines one event a line and nothing else', async () => {
    const { code, stdout, stderr } = await drctl('validate', 'small.yaml', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, type: 'validated', steps: 1 });
  });

  it.each([
    ['an unknown key', 'steps:\n      - id: mark', 'stpes:\n      - id: mark', 'RUNBOOK_INVALID'],
    ['a wrong type', 'type: integer, default: 2', 'type: integer, default: two', 'RUNBOOK_INVALID'],
    ['an unknown action', 'action: k8s.get', 'action: k8s.gte', 'RUNBOOK_INVALID'],
    ['a misspelt target', 'target: here,', 'target: hree,', 'RUNBOOK_INVALID'],
    ['a misspelt value', '{{env.NAME}}', '{{env.NMAE}}', 'RUNBOOK_INVALID'],
    [
      'a need that is no step',
      'action: k8s.get',
      'action: k8s.get\n        needs: [mrak]',
      'RUNBOOK_INVALID',
    ],
    ['a cycle', 'action: k8s.get', 'action: k8s.get\n        needs: [mark]', 'RUNBOOK_INVALID'],
    ['another apiVersion', 'drctl.dev/v1', 'drctl.dev/v9', 'RUNBOOK_VERSION'],
  ])('refuses %s with its place and what to do', async (_what, before, after, code) => {
    const text = runbook.replace(before, after);
    expect(text).not.toBe(runbook);
    await write('bad.yaml', text);
    const result = await drctl('validate', 'bad.yaml');
    expect(result.code).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(`${code}:`);
    expect(result.stderr).toMatch(/bad\.yaml:\d+:\d+/);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.stderr).toMatchSnapshot();
  });

  it('says that a file does not exist', async () => {
    expect(await drctl('validate', 'nothing.yaml')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "stderr": "FILE_UNREADABLE: The file nothing.yaml does not exist
        Looked for CWD/nothing.yaml
      ",
        "stdout": "",
      }
    `);
  });
});

describe('env', () => {
  it('shows every value with its origin and masks what is sensitive', async () => {
    const result = await drctl('env', 'small.yaml', '-e', 'my.env', '--set', 'REPLICAS=3');
    expect(result.stdout.replaceAll(/ {2,}/g, '  ')).toMatchInlineSnapshot(`
      "NAME  VALUE  FROM
      NAME  one  my.env:1
      REPLICAS  3  --set
      PASSWORD  (sensitive)  my.env:2
      KUBECONFIG_FILE  CWD/kubeconfig  my.env:3
      "
    `);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('lists everything that is missing or malformed at once', async () => {
    const result = await drctl(
      'env',
      'small.yaml',
      '--set',
      'NAME=UPPER',
      '--set',
      'REPLICAS=many',
    );
    expect(result).toMatchInlineSnapshot(`
      {
        "code": 2,
        "stderr": "error: NAME does not match ^[a-z]+$: "UPPER" (from --set NAME)
            Name of the thing

      error: REPLICAS must be an integer, not "many" (from --set REPLICAS)

      small.yaml:8:3 error: KUBECONFIG_FILE is required and not given
            Assign it in an env file (-e FILE), or give --set KUBECONFIG_FILE=…

      ENV_INVALID: 3 values are missing or malformed
      ",
        "stdout": "NAME             VALUE        FROM
      NAME             (malformed)  --set
      REPLICAS         (malformed)  --set
      PASSWORD         (not given)
      KUBECONFIG_FILE  (not given)
      ",
      }
    `);
  });

  it('warns of a file that a value names and that cannot be read', async () => {
    const result = await drctl(
      'env',
      'small.yaml',
      '-e',
      'my.env',
      '--set',
      'KUBECONFIG_FILE=gone',
    );
    expect(result.code).toBe(0);
    expect(result.stderr).toMatchInlineSnapshot(`
      "warning: KUBECONFIG_FILE: the file CWD/gone does not exist
            Correct the path, or the permissions of the file
      "
    `);
  });
});

describe('the shipped example', () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const shipped = path.join(root, 'runbooks', 'aws-same-region.yaml');
  const example = path.join(root, 'examples', 'env', 'aws-same-region.env');

  it.each(['validate', 'env'])(
    'passes %s on a machine that has none of its files',
    async (command) => {
      const env = { USER: 'me', HOME: cwd };
      const result = await runCli([command, shipped, '-e', example], { cwd, env });
      expect({ code: result.code, stderr: result.code === 0 ? '' : result.stderr }).toEqual({
        code: 0,
        stderr: '',
      });
      expect(result.stderr).toContain('MGMT_KUBECONFIG: the file CWD');
    },
  );
});

describe('the command line', () => {
  it.each([
    ['no command', []],
    ['a misspelt command', ['plna']],
    ['a misspelt flag', ['plan', 'small.yaml', '--ful']],
    ['a missing argument', ['plan']],
    ['a value without a name', ['env', 'small.yaml', '--set', 'NAME']],
    ['an unknown action', ['actions', 'k8s.pach']],
  ])('explains %s', async (_what, argv) => {
    const result = await drctl(...argv);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatchSnapshot();
  });

  it('gives machines an error as one event', async () => {
    const { code, stdout, stderr } = await drctl('validate', 'nothing.yaml', '--json');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      v: 1,
      type: 'error',
      code: 'FILE_UNREADABLE',
      exitCode: 2,
    });
  });

  it.each([
    'validate',
    'plan',
    'apply',
    'resume',
    'rollback',
    'retry',
    'skip',
    'mark-done',
    'status',
    'runs',
    'env',
    'actions',
    'schema',
    'unlock',
  ])('%s has help with an example', async (command) => {
    const { code, stdout } = await drctl(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain(`drctl ${command}`);
  });
});

function breakDown(cli: Cli): Promise<number> {
  cli.useRedactor(createRedactor(['hunter2']));
  throw new TypeError('cannot read hunter2 of undefined');
}

describe('a bug', () => {
  it('ends with 70, a stack and a request to report it, and keeps secrets to itself', async () => {
    const shown: string[] = [];
    const screen = {
      write: (text: string) => void shown.push(text),
      isTerminal: false,
      columns: 80,
    };
    const io = {
      stdout: screen,
      stderr: screen,
      stdin: new PassThrough(),
      env: {},
      cwd,
      onSignal: () => () => undefined,
      maskWith: () => undefined,
    };
    expect(await runCommand({ flags: {}, work: breakDown }, io)).toBe(70);
    expect(shown.join('')).toContain('please report it');
    expect(shown.join('')).toContain('TypeError: cannot read (sensitive) of undefined');
    expect(shown.join('')).toMatch(/^ +at /m);
  });
});

describe('actions and schema', () => {
  it('documents every action from its own schema', async () => {
    const { stdout } = await drctl('actions', '--json');
    const { actions } = JSON.parse(stdout) as { actions: { name: string }[] };
    for (const { name } of actions) {
      const { code, stdout: text } = await drctl('actions', name);
      expect(code).toBe(0);
      expect(text).toContain(name);
      expect(text).toContain('Parameters');
      expect(text).toContain('Example');
    }
  });

  it('prints a JSON Schema', async () => {
    const { code, stdout } = await drctl('schema');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'drctl runbook' });
  });
});
