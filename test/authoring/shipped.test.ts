// The shipped runbooks are examples: they keep every rule that drctl has for those of others.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lint } from '../../src/authoring/index.ts';
import { runCli } from '../cli/run-cli.ts';
import { load, registry } from './load.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'runbooks');

describe.each((await readdir(folder)).filter((name) => name.endsWith('.yaml')))('%s', (name) => {
  it('has no finding that is not explained in it', async () => {
    const runbook = await load(await readFile(path.join(folder, name), 'utf8'));
    expect(lint({ runbook, registry }).findings).toEqual([]);
  });

  it('is laid out as drctl fmt does it', async () => {
    const checked = await runCli(['fmt', '--check', `runbooks/${name}`], { cwd: root });
    expect(checked.stdout).toBe('');
  });
});
