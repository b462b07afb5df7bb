// Names of runs, waiting, and reading of files on the operator's machine.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { System } from '../../src/engine/index.ts';
import { createFileReader, createSystem, newRunId, operator } from '../../src/adapters/index.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drctl-files-'));
  await writeFile(join(folder, 'b.yaml'), 'b: ü\n');
  await writeFile(join(folder, 'a.yaml'), 'a: 1\n');
  await mkdir(join(folder, 'deep'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('names runs so that they sort by time and are safe as file names', () => {
  expect(newRunId(at('2026-11-22T03:15:02.123Z', 0.5), 'AWS same_region!')).toBe(
    '20261122-031502-aws-same-region-i000',
  );
  expect(newRunId(at('2026-11-22T03:15:02.123Z', 0), '../..')).toBe('20261122-031502-0000');
  expect(newRunId(createSystem(), 'x'.repeat(500))).toMatch(/^[a-z0-9][a-z0-9-]{0,199}$/);
});

it('ends a sleep with the reason of the signal', async () => {
  const controller = new AbortController();
  const slept = createSystem().sleep(3_600_000, controller.signal);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(slept).rejects.toBe(reason);
  await expect(createSystem().sleep(0, controller.signal)).rejects.toBe(reason);
});

it('says who runs this process', () => {
  expect(operator()).toMatchObject({ pid: process.pid, user: expect.stringMatching(/./) });
});

it('reads files beside the runbook, in a fixed order', async () => {
  const files = createFileReader(folder);
  expect(await files.list('.')).toEqual(['a.yaml', 'b.yaml']);
  expect(await files.readText('b.yaml')).toBe('b: ü\n');
  expect(await files.stat(join(folder, 'a.yaml'))).toEqual({ sizeBytes: 5, isFolder: false });
  expect(await files.stat('deep')).toMatchObject({ isFolder: true });
  expect(await files.stat('c.yaml')).toBeUndefined();
});

it('names a file that cannot be read, and where it was looked for', async () => {
  const files = createFileReader(folder);
  const unreadable = {
    code: 'FILE_UNREADABLE',
    message: 'Cannot read c.yaml: ENOENT',
    hint: `There is no file ${join(folder, 'c.yaml')}`,
  };
  await expect(files.readText('c.yaml')).rejects.toMatchObject(unreadable);
  await expect(
    (async () => {
      for await (const chunk of files.read('c.yaml')) expect(chunk).toBeUndefined();
    })(),
  ).rejects.toMatchObject(unreadable);
  await expect(files.readText('deep')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});

function at(iso: string, random: number): System {
  return { ...createSystem(), now: () => new Date(iso), random: () => random };
}
