// Whose a run on a disk is: leases of other machines, boots and processes, and of those that took over.

import { existsSync, statSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createJournalWriter } from '../../../src/adapters/run-store/file/journal-writer.ts';
import { DrctlError, emptyJournal } from '../../../src/engine/index.ts';
import type { JournalEvent } from '../../../src/engine/index.ts';
import { operatorOf, runHeader } from '../../contracts/run-header.ts';
import { fileState } from './file-state.ts';

const by = operatorOf();
const event: JournalEvent = { type: 'run.interrupted', because: 'test' };
const hasMachineId = existsSync('/etc/machine-id') && statSync('/etc/machine-id').size > 0;
const { storeAt, inRun, records } = fileState();

describe('leases', () => {
  it('of a process that is alive here say what to do when it hangs', async () => {
    const lease = await storeAt().create(runHeader('run-alive'));
    await expect(storeAt().open('run-alive', { by })).rejects.toMatchObject({
      code: 'RUN_LOCKED',
      hint: expect.stringMatching(
        /^Wait for that process .* Should it hang, stop process \d+, .*"drctl unlock run-alive --force"/,
      ),
    });
    await lease.release();
  });

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

/** A run whose last lease was not released, and differs from ours in this. */
async function leaveLease(changes: object): Promise<void> {
  await storeAt().create(runHeader('run-1'));
  const path = inRun('lease-1.json');
  const lease = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...lease, ...changes }));
}
