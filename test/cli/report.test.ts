// drctl report: where a report may be written, in which format, and what of a run is never in it.

import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBench, secret, values } from './bench.ts';

const bench = createBench();
const at = (name: string): string => path.join(bench.cwd, name);

async function makeRun(): Promise<void> {
  const { code, stdout, stderr } = await bench.drctl(
    'apply',
    'small.yaml',
    ...values,
    '--auto-approve',
  );
  expect(code, stdout + stderr).toBe(0);
}

beforeEach(makeRun);

describe('drctl report', () => {
  it.each([
    ['report.html', '<!doctype html>'],
    ['report.md', '<!-- drctl report -->'],
    ['report.json', '{\n  "kind": "drctl-report"'],
    ['report', '<!doctype html>'],
  ])('writes what the name says, for its owner only: %s', async (file, head) => {
    const { code, stdout } = await bench.drctl('report', '-o', file);
    expect([code, stdout]).toEqual([0, `✓ Saved as ${file}\n`]);
    const text = await readFile(at(file), 'utf8');
    expect(text.startsWith(head)).toBe(true);
    expect(text).not.toContain(secret);
    expect(text).toContain('(sensitive)');
    expect((await stat(at(file))).mode & 0o777).toBe(0o600);
  });

  it('takes the place of an older report, of whichever format, and of nothing else', async () => {
    await bench.write('precious.txt', 'precious');
    await bench.drctl('report', '-o', 'report.html');
    expect((await bench.drctl('report', '-o', 'report.html', '--format', 'json')).code).toBe(0);
    expect((await bench.drctl('report', '-o', 'report.html', '--format', 'markdown')).code).toBe(0);
    const { code, stderr } = await bench.drctl('report', '-o', 'precious.txt');
    expect(code).toBe(2);
    expect(stderr).toMatch(/FILE_UNWRITABLE: .*another file of that name, which is no report/);
    expect(await readFile(at('precious.txt'), 'utf8')).toBe('precious');
  });

  it('without a file goes to standard output: text, or what was asked for', async () => {
    expect((await bench.drctl('report')).stdout).toContain('The longest chain of the run:');
    const { stdout } = await bench.drctl('report', '--format', 'markdown');
    expect(stdout).toMatch(/^<!-- drctl report -->\n\n# Succeeded: small 1\.0\.0\n/);
    const json = await bench.drctl('report', '--format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ ending: { word: 'Succeeded' } });
  });

  it('does not write text into a file, which is for the terminal', async () => {
    const { code, stderr } = await bench.drctl('report', '-o', 'report.txt', '--format', 'text');
    expect(code).toBe(2);
    expect(stderr).toContain('Give --format html, markdown or json');
  });

  it('gives machines all of it with --json, one event a line', async () => {
    const { stdout } = await bench.drctl('report', '-o', 'report.html', '--json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(events).toMatchObject([
      { type: 'report', ending: { word: 'Succeeded' }, outages: [] },
      { type: 'saved', file: 'report.html' },
    ]);
  });
});
