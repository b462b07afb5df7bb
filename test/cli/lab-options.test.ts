// Where a lab's options come from: the command line, or a variable of the environment for the folder with definitions.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newFolder, runCli } from './run-cli.ts';
import { labOptions } from '../../src/cli/handlers/lab-serve.ts';
import type { WorldFlags } from '../../src/cli/commands/lab.ts';

const flags = {
  'highly-available': false,
  neighbours: true,
  'endpoint-access': 'Public',
  'external-dns-dead': false,
  backend: 'embedded',
  aws: 'embedded',
  'newer-destination': false,
} as WorldFlags;

describe('the folder with definitions', () => {
  it('is the one of the command line, before the one of the environment', () => {
    const env = { DRCTL_LAB_CRDS: '/from/env' };
    expect(labOptions('/lab', { ...flags, crds: '/from/flag' }, env).crds).toBe('/from/flag');
    expect(labOptions('/lab', flags, env).crds).toBe('/from/env');
  });

  it('is none where neither names one', () => {
    expect(labOptions('/lab', flags, {})).not.toHaveProperty('crds');
    expect(labOptions('/lab', flags, { DRCTL_LAB_CRDS: '' })).not.toHaveProperty('crds');
  });
});

describe('a lab that cannot be', () => {
  it.each(['up', 'serve', 'demo'])('is refused by %s with all that is wrong', async (command) => {
    const cwd = await newFolder();
    const words = ['--node-pools=21', '--secrets=-1', '--time-scale=-3'];
    const refused = await runCli(['lab', command, ...words, '--newer-destination'], { cwd });
    expect(refused.code).toBe(2);
    for (const fault of [
      '--node-pools must be a whole number from 0 to 20, not 21',
      '--secrets must be a whole number from 0 to 2000, not -1',
      '--time-scale must be a number that is not negative, not -3',
      '--newer-destination needs a folder',
    ]) {
      expect(refused.stderr).toContain(fault);
    }
    expect(existsSync(`${cwd}/.drctl`)).toBe(false);
  });
});
