// The file of a saved plan: where it may be written, and what is made of one that is something else.

import { chmod, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../disk/small-disk.ts';
import { createSavedPlanBench, plan } from './saved-plan-bench.ts';

const bench = createSavedPlanBench();
const { at, makePlan } = bench;

describe('the file', () => {
  it('is written over an older plan only', async () => {
    await makePlan();
    await makePlan();
    await bench.write('precious.txt', 'precious');
    const { code, stderr } = await bench.drctl(...plan, '-o', 'precious.txt');
    expect(code).toBe(2);
    expect(stderr).toMatch(/FILE_UNWRITABLE: .* precious.txt: there is another file of that name/);
    expect(await readFile(at('precious.txt'), 'utf8')).toBe('precious');
  });

  it('may be empty beforehand, or a link, which stays one', async () => {
    await bench.write('real.plan', '');
    await symlink('real.plan', at('my.plan'));
    await makePlan();
    expect(JSON.parse(await readFile(at('real.plan'), 'utf8'))).toMatchObject({ format: 1 });
  });

  it.each([
    ['a folder', 'folder', 'it is a folder'],
    ['in a folder that is not there', 'nowhere/my.plan', 'there is no such folder'],
    ['below a file', 'my.env/my.plan', 'there is no such folder'],
    ['a device', '/dev/null', 'it is no ordinary file'],
  ])('cannot be %s', async (_what, file, because) => {
    await mkdir(at('folder'));
    const { code, stderr } = await bench.drctl(...plan, '-o', file);
    expect(code).toBe(2);
    expect(stderr).toContain('FILE_UNWRITABLE');
    expect(stderr).toContain(because);
    expect(stderr).not.toContain('Reading the world');
  });

  it('cannot be in a folder that may only be read', async () => {
    await mkdir(at('folder'));
    await chmod(at('folder'), 0o500);
    // root may write anywhere, so it becomes nobody for as long as it tries.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.('nobody');
    try {
      const { code, stderr } = await bench.drctl(...plan, '-o', 'folder/my.plan');
      expect(code, stderr).toBe(2);
      expect(stderr).toContain('you may not write there');
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('is not half there when the disk is full', async () => {
    const disk = mountSmallDisk(16);
    if (disk === undefined) return;
    try {
      const file = path.join(disk.dir, 'my.plan');
      await disk.fill(1);
      const full = await bench.drctl(...plan, '-o', file);
      expect(full.code).toBe(2);
      expect(full.stderr).toMatch(/FILE_UNWRITABLE: .*: the disk is full/);
      expect(await readdir(disk.dir)).toEqual(['filler']);
      disk.setReadOnly(true);
      expect((await bench.drctl(...plan, '-o', file)).stderr).toContain('FILE_UNWRITABLE');
    } finally {
      disk.close();
    }
  });

  it('cannot be made offline', async () => {
    const { code, stderr } = await bench.drctl(...plan, '--offline', '-o', 'my.plan');
    expect(code).toBe(2);
    expect(stderr).toContain('USAGE');
  });
});

describe('a file that is no plan', () => {
  it.each(['apply', 'show'])('nor a runbook is refused by %s with both named', async (command) => {
    await writeFile(at('other'), 'nothing of interest\n');
    const { code, stderr } = await bench.drctl(command, 'other');
    expect(code).toBe(2);
    expect(stderr).toContain('other is neither a runbook nor a saved plan');
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2), 'cut off or damaged'],
    ['edited', (text: string) => text.replace('"red"', '"black"'), 'edited or damaged'],
    [
      'of a newer format',
      (text: string) => text.replace('"format": 1', '"format": 2'),
      'plan format 2',
    ],
    [
      'with an odd key',
      (text: string) => text.replace('"format": 1', '"__proto__": {"format": 1}, "format": 1'),
      '"__proto__"',
    ],
    [
      'nested without end',
      (text: string) => text.replace('"format": 1', `"format": 1, "x": ${'['.repeat(100_000)}`),
      'nested too deeply',
    ],
  ])('is refused when it is %s', async (_what, damage, because) => {
    await makePlan();
    await bench.write('my.plan', damage(await readFile(at('my.plan'), 'utf8')));
    for (const command of ['show', 'apply']) {
      const { code, stderr } = await bench.drctl(command, 'my.plan');
      expect(code).toBe(2);
      expect(stderr).toContain('PLAN_INVALID');
      expect(stderr).toContain(because);
    }
  });

  it('but a runbook is not shown, and a plan is not planned', async () => {
    await makePlan();
    const shown = await bench.drctl('show', 'small.yaml');
    expect(shown.stderr).toContain('small.yaml is a runbook, not a saved plan');
    const planned = await bench.drctl('plan', 'my.plan');
    expect(planned.code).toBe(2);
    expect(planned.stderr).toContain('my.plan is a saved plan, not a runbook');
  });
});
