// What is particular to runs on a disk: who may read them, full disks, damage.

import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureFolder } from '../../../src/adapters/index.ts';
import { createJournalWriter } from '../../../src/adapters/run-store/file/journal-writer.ts';
import { emptyJournal } from '../../../src/engine/index.ts';
import type { JournalEvent } from '../../../src/engine/index.ts';
import { operatorOf, runHeader } from '../../contracts/run-header.ts';
import { fileState } from './file-state.ts';

const by = operatorOf();
const event: JournalEvent = { type: 'run.interrupted', because: 'test' };
const state = fileState();
const { storeAt, inRun, records } = state;

describe('permissions', () => {
  it('lets only the owner read a run, whatever the umask, and keeps it out of git', async () => {
    const before = process.umask(0);
    try {
      const lease = await storeAt().create(runHeader('run-1'));
      await lease.append(event);
      await lease.artifacts.write('a/b', chunks('x'));
      await lease.release();
    } finally {
      process.umask(before);
    }
    const modes = await modesBelow(join(state.root, 'runs'));
    expect(modes.size).toBeGreaterThan(7);
    for (const [path, mode] of modes) expect([path, mode & 0o077]).toEqual([path, 0]);
    expect(await readFile(join(state.root, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('leaves no temporary files behind', async () => {
    const lease = await storeAt().create(runHeader('run-1'));
    await lease.artifacts.write('a', chunks('x'));
    await expect(lease.artifacts.write('b', failing())).rejects.toThrow('cut');
    await lease.release();
    expect([...(await modesBelow(join(state.root, 'runs'))).keys()].map(relative).sort()).toEqual([
      'run-1',
      'run-1/artifacts',
      'run-1/artifacts/a',
      'run-1/journal.ndjson',
      'run-1/lease-1.json',
      'run-1/partial',
      'run-1/run.json',
    ]);
  });
});

describe('disks', () => {
  it.runIf(existsSync('/dev/full'))(
    'stops for good when the disk is full, naming path and errno',
    async () => {
      const writer = createJournalWriter({
        handle: await open('/dev/full', 'a'),
        path: '/state/journal.ndjson',
        end: emptyJournal,
        now: () => new Date(),
        assertHeld: async () => undefined,
      });
      const refused = {
        code: 'STORE_UNWRITABLE',
        message: 'Cannot write /state/journal.ndjson: ENOSPC',
      };
      const both = [writer.append(event), writer.append(event)];
      await expect(both[0]).rejects.toMatchObject(refused);
      await expect(both[1]).rejects.toMatchObject(refused);
      await expect(writer.append(event)).rejects.toMatchObject(refused);
      await writer.close();
    },
  );

  it('says so when the state folder cannot be made', async () => {
    await writeFile(join(state.root, 'file'), '');
    await expect(
      storeAt(join(state.root, 'file')).create(runHeader('run-1')),
    ).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringMatching(/file.*(ENOTDIR|EEXIST)/),
    });
  });

  it('makes the folders of many writers at once', async () => {
    const folders = Array.from({ length: 40 }, (_, index) =>
      join(state.root, 'a', 'b', `c${index % 3}`, 'd', `e${index}`),
    );
    await Promise.all(folders.map((folder) => ensureFolder(folder)));
    expect(folders.every((folder) => statSync(folder).isDirectory())).toBe(true);
  });

  it.runIf(existsSync('/proc'))('says so where no folder can ever be made', async () => {
    await expect(storeAt('/proc/drctl').create(runHeader('run-1'))).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringContaining('/proc/drctl'),
    });
  });

  it('says so when the state folder is read-only', async () => {
    // root may write anywhere, so it becomes nobody for as long as it tries.
    const isRoot = process.getuid?.() === 0;
    await chmod(state.root, 0o500);
    if (isRoot) process.seteuid?.('nobody');
    try {
      await expect(storeAt().create(runHeader('run-1'))).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        message: expect.stringContaining('EACCES'),
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(state.root, 0o700);
    }
  });
});

describe('damage', () => {
  it('keeps the bytes of a torn line beside the journal and tells where', async () => {
    const lease = await storeAt().create(runHeader('run-1'));
    await lease.append(event);
    await lease.release();
    const whole = await readFile(inRun('journal.ndjson'), 'utf8');
    await writeFile(inRun('journal.ndjson'), `${whole}{"format":1,"se`);
    await (await storeAt().open('run-1', { by })).release();
    expect(await readFile(inRun('journal.ndjson'), 'utf8')).toBe(whole);
    expect(await readFile(inRun('journal.torn-1'), 'utf8')).toBe('{"format":1,"se');
    expect(state.notices).toEqual([expect.stringContaining('journal.torn-1')]);
  });

  it('lists the other runs when one has no readable header, and says which it passed over', async () => {
    for (const id of ['run-1', 'run-2']) await (await storeAt().create(runHeader(id))).release();
    await writeFile(inRun('run.json'), '{"format":1');
    expect((await storeAt().list()).map(({ runId }) => runId)).toEqual(['run-2']);
    expect(state.notices).toEqual([expect.stringMatching(/run-1.*damaged/)]);
    await expect(storeAt().open('run-1', { by })).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
    });
  });

  it('names the file and the errno when a run cannot be read', async () => {
    await (await storeAt().create(runHeader('run-1'))).release();
    await rm(inRun('run.json'));
    await mkdir(inRun('run.json'));
    await expect(storeAt().header('run-1')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: `Cannot read ${inRun('run.json')}: EISDIR`,
    });
  });

  it('refuses a run of a format that it does not know', async () => {
    await (await storeAt().create(runHeader('run-1'))).release();
    await writeFile(inRun('run.json'), JSON.stringify({ ...runHeader('run-1'), format: 2 }));
    await expect(storeAt().header('run-1')).rejects.toMatchObject({ code: 'JOURNAL_VERSION' });
  });

  it('takes a journal that is gone for damage, not for an empty run', async () => {
    await (await storeAt().create(runHeader('run-1'))).release();
    await rm(inRun('journal.ndjson'));
    const corrupt = { code: 'JOURNAL_CORRUPT', message: expect.stringContaining('is missing') };
    await expect(records()).rejects.toMatchObject(corrupt);
    await expect(storeAt().open('run-1', { by })).rejects.toMatchObject(corrupt);
  });
});

async function modesBelow(folder: string): Promise<Map<string, number>> {
  const modes = new Map<string, number>();
  for (const name of await readdir(folder, { recursive: true })) {
    modes.set(join(folder, name), (await stat(join(folder, name))).mode);
  }
  return modes;
}

function relative(path: string): string {
  return path.slice(join(state.root, 'runs').length + 1);
}

async function* chunks(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

async function* failing(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('cut');
}
