// The package as it is published: packed, installed into an empty folder without a network, and used there. Needs the build.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offlinePlan, root } from './commands.ts';

const run = promisify(execFile);
const maxBuffer = 64 * 1024 * 1024;

let folder: string;
let home: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drctl-package-'));
  home = path.join(folder, 'node_modules/drctl');
  // Not its scripts: they would build anew, under the feet of other tests.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', pack, { cwd: root, maxBuffer });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  // With a cache of its own, so that nothing can come from one.
  const cache = ['--cache', path.join(folder, 'cache')];
  const install = ['install', '--offline', '--no-audit', '--no-fund', ...cache, `./${filename}`];
  await run('npm', install, { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true }));

async function drctl(...argv: readonly string[]): Promise<string> {
  const command = path.join(folder, 'node_modules/.bin/drctl');
  const { stdout } = await run(command, argv, { cwd: folder, maxBuffer });
  return stdout;
}

describe('the installed package', () => {
  it('is all that is installed, and holds nothing native', async () => {
    const entries = await readdir(path.join(folder, 'node_modules'));
    expect(entries.filter((entry) => !entry.startsWith('.'))).toEqual(['drctl']);
    const files = await readdir(home, { recursive: true });
    expect(files.filter((file) => /\.(node|so|dll|dylib|wasm)$/.test(file))).toEqual([]);
    expect(files).toContain('NOTICE');
    expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  });

  it('says its version, validates and plans the shipped runbook', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await drctl('--version')).toBe(`${version}\n`);
    const runbook = path.join(home, 'runbooks/aws-same-region.yaml');
    expect(await drctl('validate', runbook)).toContain('is valid: aws-same-region');
    expect(await drctl(...offlinePlan(home))).toContain('Plan of aws-same-region');
  });

  it('is a plugin of kubectl, and of oc by the same name', async () => {
    const bin = path.join(folder, 'node_modules/.bin');
    expect(await readdir(bin)).toEqual(expect.arrayContaining(['drctl', 'kubectl-dr', 'oc-dr']));
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const { stdout } = await run('kubectl', ['dr', '--version'], { cwd: folder, env });
    expect(stdout).toBe(await drctl('--version'));
  });

  it('starts a lab in the background, and finds the runbook that it ships with', async () => {
    expect(await drctl('lab', 'up')).toContain('drctl plan runbooks/aws-same-region.yaml');
    expect(await drctl('lab', 'down')).toContain('down');
  });

  it('brings the licence of every package that is in it', async () => {
    const text = await readFile(path.join(home, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['@aws-sdk/client-s3', '@kubernetes/client-node', 'yaml', 'yargs', 'ajv']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    }
    expect(text).not.toContain('(undefined)');
    expect(text).not.toContain(root);
  });

  it('brings a bill of materials of the same packages', async () => {
    const text = await readFile(path.join(home, 'dist/sbom.cdx.json'), 'utf8');
    const { bomFormat, components } = JSON.parse(text) as {
      bomFormat: string;
      components: readonly { purl: string; licenses: readonly object[] }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const purls = components.map(({ purl }) => purl);
    expect(purls).toContainEqual(expect.stringMatching(/^pkg:npm\/yaml@\d/));
    expect(purls).toContainEqual(expect.stringMatching(/^pkg:npm\/%40aws-sdk\/client-s3@\d/));
    expect(new Set(purls).size).toBe(purls.length);
    expect(text).not.toContain('undefined');
    expect(text).not.toContain(root);
  });
});
