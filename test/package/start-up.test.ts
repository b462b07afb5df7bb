// What a command loads before it does anything: nothing that it does not use. Needs the build.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyFlow, offlinePlan, root } from './commands.ts';

const preload = path.join(root, 'test/support/loaded.cjs');
const binary = path.join(root, 'bin/drctl.js');
/** By the names of chunks: scripts/build/chunk-name.mjs. */
const heavy = /aws-sdk|client-node|lab|listr2|websocket|x509|Reflect/;
/** The compiler of schemas, and the layout of help. */
const slow = /(ajv|cliui|string-width|wrap-ansi)[^/]*\.cjs$/;

let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'drctl-start-up-'));
  await loadedBy(await applyFlow(cwd));
});
afterAll(() => rm(cwd, { recursive: true }));

/** Names of the files below dist that a command has loaded, once it ended well. */
async function loadedBy(
  argv: readonly string[],
  extra: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const list = path.join(cwd, 'loaded.txt');
  const env = {
    ...process.env,
    ...extra,
    DRCTL_TEST_LOADED: list,
    DRCTL_STATE: path.join(cwd, 'state'),
  };
  await promisify(execFile)(process.execPath, ['--require', preload, binary, ...argv], {
    cwd,
    env,
  });
  const loaded = (await readFile(list, 'utf8')).split('\n');
  // Packages are in the bundle: nothing is looked for in node_modules.
  expect(loaded.filter((file) => file.includes('node_modules'))).toEqual([]);
  return loaded
    .filter((file) => file.startsWith(path.join(root, 'dist')))
    .map((file) => path.basename(file));
}

describe('the built command', () => {
  it('asked for its version loads nothing but what prints it', async () => {
    const loaded = await loadedBy(['--version']);
    const names = loaded.map((file) => file.replace(/(-[\w-]{8})?\.cjs$/, ''));
    expect(names.toSorted()).toEqual(['bug', 'drctl', 'package-files', 'runtime', 'version']);
  });

  it.each([
    ['validate', ['validate', path.join(root, 'runbooks/aws-same-region.yaml')]],
    ['an offline plan', offlinePlan(root)],
    ['status', ['status']],
    ['runs', ['runs']],
  ])(
    '%s loads no SDK, no lab, and nothing that compiles schemas or lays out help',
    async (_, argv) => {
      const loaded = await loadedBy(argv);
      expect(loaded.filter((file) => heavy.test(file))).toEqual([]);
      expect(loaded.filter((file) => slow.test(file))).toEqual([]);
      expect(loaded.some((file) => file.startsWith('engine'))).toBe(true);
    },
  );

  it('shows its help without the engine', async () => {
    const loaded = await loadedBy(['--help']);
    expect(loaded.filter((file) => heavy.test(file) || file.startsWith('engine'))).toEqual([]);
    // What is looked for above would be seen.
    expect(loaded.some((file) => slow.test(file))).toBe(true);
  });

  it('would be seen loading an SDK', async () => {
    const argv = ['runs', '--state', 's3://bucket/prefix'];
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' };
    await expect(loadedBy(argv, env)).rejects.toThrow('Command failed');
    const loaded = await readFile(path.join(cwd, 'loaded.txt'), 'utf8');
    expect(loaded).toContain('aws-sdk');
  });
});
