// What is particular to runs on a disk: who may read them, leases of other machines and times, full disks, damage.

import { existsSync, statSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileRunStore, createSystem } from '../../../src/adapters/index.ts';
import { createJournalWriter } from '../../../src/adapters/run-store/journal-writer.ts';
import { DrctlError, emptyJournal } from '../../../src/engine/index.ts';
import type { JournalEvent, JournalRecord, RunStore } from '../../../src/engine/index.ts';
import { closingLater, releaseLeases } from '../../contracts/open-leases.ts';
import { operatorOf, runHeader } from '../../contracts/run-header.ts';

const by = operatorOf();
const event: JournalEvent = { type: 'run.interrupted', because: 'test' };
const hasMachineId = existsSync('/etc/machine-id') && statSync('/etc/machine-id').size > 0;
let root = '';
let notices: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drctl-store-'));
  notices = [];
});
afterEach(async () => {
  await releaseLeases();
  await rm(root, { recursive: true, force: true });
});

const storeAt = (folder = root): RunStore =>
  closingLater(
    createFileRunStore({
      root: folder,
      system: createSystem(),
      notice: (message) => notices.push(message),
    }),
  );
const inRun = (...names: string[]): string => join(root, 'runs', 'run-1', ...names);

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
    const modes = await modesBelow(join(root, 'runs'));
    expect(modes.size).toBeGreaterThan(7);
    for (const [path, mode] of modes) expect([path, mode & 0o077]).toEqual([path, 0]);
    expect(await readFile(join(root, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('leaves no temporary files behind', async () => {
    const lease = await storeAt().create(runHeader('run-1'));
    await lease.artifacts.write('a', chunks('x'));
    await expect(lease.artifacts.write('b', failing())).rejects.toThrow('cut');
    await lease.release();
    expect([...(await modesBelow(join(root, 'runs'))).keys()].map(relative).sort()).toEqual([
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

describe('leases', () => {
  it('cannot tell whether a process of another host lives, so a person has to unlock', async () => {
    await leaveLease({ host: 'bastion-2', pid: 4711, user: 'ana', since: '2026-01-01T00:00:00Z' });
    await expect(storeAt().open('run-1', { by })).rejects.toMatchObject({
      code: 'RUN_LOCKED',
      message:
        'Run run-1 is being worked on by ana on bastion-2, pid 4711, since 2026-01-01T00:00:00Z',
      hint: expect.stringContaining('drctl unlock run-1'),
    });
    await storeAt().open('run-1', { by, takeover: true });
  });

  // Where the system has no machine id, only the boot tells: then it is this machine before it restarted.
  it.runIf(hasMachineId)(
    'takes a machine of the same name but another id for another host',
    async () => {
      await leaveLease({ machine: 'another', boot: 'another' });
      await expect(storeAt().open('run-1', { by })).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    },
  );

  it('does not take another process that got the same pid for the holder', async () => {
    await leaveLease({ started: 'long before' });
    await expect(storeAt().open('run-1', { by })).resolves.toMatchObject({ runId: 'run-1' });
  });

  it.runIf(existsSync('/proc/sys/kernel/random/boot_id'))(
    'takes a process of before the last restart for dead',
    async () => {
      await leaveLease({ boot: 'before' });
      await expect(storeAt().open('run-1', { by })).resolves.toMatchObject({ runId: 'run-1' });
    },
  );

  it('asks a person about a lease that cannot be read', async () => {
    await storeAt().create(runHeader('run-1'));
    await writeFile(inRun('lease-1.json'), '{"ho');
    await expect(storeAt().open('run-1', { by })).rejects.toMatchObject({
      code: 'RUN_LOCKED',
      hint: expect.stringContaining('drctl unlock'),
    });
    await storeAt().open('run-1', { by, takeover: true });
  });

  it('acknowledges nothing that was written while another process took over', async () => {
    await (await storeAt().create(runHeader('run-1'))).release();
    await storeAt().open('run-1', { by });
    const path = inRun('journal.ndjson');
    const late = new DrctlError('LEASE_LOST', 'taken over');
    let asked = 0;
    const writer = createJournalWriter({
      handle: await open(path, 'a'),
      path,
      end: emptyJournal,
      now: () => new Date(),
      assertHeld: async () => {
        asked += 1;
        if (asked > 1) throw late;
        const taken = await storeAt().open('run-1', { by, takeover: true });
        await taken.append({ type: 'run.interrupted', because: 'new holder' });
      },
    });
    await expect(writer.append(event)).rejects.toBe(late);
    await writer.close();
    expect((await records()).map((record) => record.event)).toEqual([
      { type: 'run.interrupted', because: 'new holder' },
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
    await writeFile(join(root, 'file'), '');
    await expect(storeAt(join(root, 'file')).create(runHeader('run-1'))).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringMatching(/file.*(ENOTDIR|EEXIST)/),
    });
  });

  it('says so when the state folder is read-only', async () => {
    // root may write anywhere, so it becomes nobody for as long as it tries.
    const isRoot = process.getuid?.() === 0;
    await chmod(root, 0o500);
    if (isRoot) process.seteuid?.('nobody');
    try {
      await expect(storeAt().create(runHeader('run-1'))).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        message: expect.stringContaining('EACCES'),
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(root, 0o700);
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
    expect(notices).toEqual([expect.stringContaining('journal.torn-1')]);
  });

  it('lists the other runs when one has no readable header, and says which it passed over', async () => {
    for (const id of ['run-1', 'run-2']) await (await storeAt().create(runHeader(id))).release();
    await writeFile(inRun('run.json'), '{"format":1');
    expect((await storeAt().list()).map(({ runId }) => runId)).toEqual(['run-2']);
    expect(notices).toEqual([expect.stringMatching(/run-1.*damaged/)]);
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

/** A run whose last lease was not released, and differs from ours in this. */
async function leaveLease(changes: object): Promise<void> {
  await storeAt().create(runHeader('run-1'));
  const path = inRun('lease-1.json');
  const lease = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...lease, ...changes }));
}

async function records(): Promise<readonly JournalRecord[]> {
  const found: JournalRecord[] = [];
  for await (const record of storeAt().read('run-1')) found.push(record);
  return found;
}

async function modesBelow(folder: string): Promise<Map<string, number>> {
  const modes = new Map<string, number>();
  for (const name of await readdir(folder, { recursive: true })) {
    modes.set(join(folder, name), (await stat(join(folder, name))).mode);
  }
  return modes;
}

function relative(path: string): string {
  return path.slice(join(root, 'runs').length + 1);
}

async function* chunks(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

async function* failing(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('cut');
}
