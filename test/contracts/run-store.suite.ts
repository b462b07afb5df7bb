// What every run store keeps to. Each implementation has a test file that calls this suite.

import { describe, expect, it } from 'vitest';
import type { KeptFile, RunStore } from '../../src/engine/index.ts';
import { operatorOf, runHeader } from './run-header.ts';
import { all, describeCutJournal, describeTornJournal, progressed } from './cut-journal.suite.ts';

export interface RunStoreUnderTest {
  readonly store: RunStore;
  /** The raw journal, to damage it. */
  readJournal(runId: string): Promise<string>;
  writeJournal(runId: string, text: string): Promise<void>;
  /** What the process that holds leases leaves behind when it dies without releasing them. */
  killHolders(): Promise<void>;
  /** Another process of the same kind on the same store. */
  other(): RunStore;
}

const by = operatorOf();

export interface RunStoreTraits {
  /** A write is there as a whole or not at all, whenever the writer dies: half a line is damage. */
  readonly writesAreWhole?: boolean;
}

export function describeRunStore(
  name: string,
  create: () => Promise<RunStoreUnderTest>,
  traits: RunStoreTraits = {},
): void {
  const withRun = async (events: number): Promise<RunStoreUnderTest> => {
    const under = await create();
    const lease = await under.store.create(runHeader('run-1'));
    for (let at = 1; at <= events; at += 1) await lease.append(progressed(at));
    await lease.release();
    return under;
  };

  describe(`RunStore: ${name}`, () => {
    it('gives back the header and the events of a run, numbered and timed', async () => {
      const { store } = await withRun(3);
      expect(await store.header('run-1')).toEqual(runHeader('run-1'));
      const records = await all(store.read('run-1'));
      expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(records.map(({ event }) => event)).toEqual([1, 2, 3].map(progressed));
      const times = records.map(({ at }) => at);
      expect(times.map((at) => new Date(at).toISOString())).toEqual(times);
    });

    it('keeps the order in which appends were asked for when they are made at once', async () => {
      const { store } = await create();
      const lease = await store.create(runHeader('run-1'));
      const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
      const appended = await Promise.all(numbers.map((at) => lease.append(progressed(at))));
      expect(appended.map(({ seq }) => seq)).toEqual(numbers);
      expect(await all(store.read('run-1'))).toEqual(appended);
    });

    it('goes on numbering after it was opened again', async () => {
      const { store } = await withRun(2);
      const lease = await store.open('run-1', { by });
      expect(await lease.append(progressed(3))).toMatchObject({ seq: 3 });
      expect(await all(store.read('run-1'))).toHaveLength(3);
    });

    it('refuses a second run of the same id and leaves the first as it is', async () => {
      const { store } = await withRun(1);
      await expect(store.create(runHeader('run-1'))).rejects.toMatchObject({ code: 'RUN_EXISTS' });
      expect(await all(store.read('run-1'))).toHaveLength(1);
    });

    it('knows no run that was not created, nor one whose name is a path', async () => {
      const { store } = await create();
      for (const id of ['nothing', '../run-1', '']) {
        await expect(store.header(id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
        await expect(store.open(id, { by })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
        await expect(all(store.read(id))).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
        await expect(store.holder(id)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
      }
    });

    it('lists runs newest first', async () => {
      const { store } = await create();
      expect(await store.list()).toEqual([]);
      for (const id of ['20260102-a', '20260101-b', '20260103-c']) {
        await (await store.create(runHeader(id))).release();
      }
      expect((await store.list()).map(({ runId }) => runId)).toEqual([
        '20260103-c',
        '20260102-a',
        '20260101-b',
      ]);
    });

    it('lets one writer in and names it to the others, until it releases', async () => {
      const under = await create();
      const lease = await under.store.create(runHeader('run-1'));
      await expect(under.other().open('run-1', { by })).rejects.toMatchObject({
        code: 'RUN_LOCKED',
        message: expect.stringMatching(new RegExp(`${by.user} on ${by.host}, pid ${by.pid}`)),
      });
      expect(await under.store.holder('run-1')).toMatchObject(by);
      await lease.release();
      expect(await under.store.holder('run-1')).toBeUndefined();
      await expect(under.other().open('run-1', { by })).resolves.toMatchObject({ runId: 'run-1' });
    });

    it('lets readers in while a writer is at work', async () => {
      const under = await create();
      const lease = await under.store.create(runHeader('run-1'));
      await lease.append(progressed(1));
      expect(await all(under.other().read('run-1'))).toHaveLength(1);
    });

    it('gives the lease of a dead process to the next one', async () => {
      const under = await create();
      const lease = await under.store.create(runHeader('run-1'));
      await lease.append(progressed(1));
      await under.killHolders();
      expect(await under.other().holder('run-1')).toBeUndefined();
      const next = await under.other().open('run-1', { by });
      expect(await next.append(progressed(2))).toMatchObject({ seq: 2 });
    });

    it('stops a writer whose lease was taken over, and keeps the journal whole', async () => {
      const under = await create();
      const lost = await under.store.create(runHeader('run-1'));
      await lost.append(progressed(1));
      const taken = await under.other().open('run-1', { by, takeover: true });
      await expect(lost.append(progressed(2))).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await expect(lost.append(progressed(3))).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await taken.append(progressed(4));
      await lost.release();
      await taken.append(progressed(5));
      const records = await all(under.store.read('run-1'));
      expect(records.map(({ event }) => event)).toEqual([1, 4, 5].map(progressed));
      await expect(under.store.open('run-1', { by })).rejects.toMatchObject({
        code: 'RUN_LOCKED',
      });
    });

    it('takes nothing more after it was released', async () => {
      const { store } = await create();
      const lease = await store.create(runHeader('run-1'));
      await lease.release();
      await lease.release();
      await expect(lease.append(progressed(1))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    });

    if (traits.writesAreWhole === true) describeCutJournal(withRun);
    else describeTornJournal(withRun);

    it('refuses a journal with a changed byte in any line, naming the line', async () => {
      const under = await withRun(3);
      const lines = (await under.readJournal('run-1')).trimEnd().split('\n');
      for (const [index, line] of lines.slice(0, -1).entries()) {
        const changed = lines.with(index, line.replace('"cursor":', '"cursor": '));
        await under.writeJournal('run-1', `${changed.join('\n')}\n`);
        const refused = {
          code: 'JOURNAL_CORRUPT',
          message: expect.stringContaining(`line ${index + 2}`),
        };
        await expect(all(under.store.read('run-1'))).rejects.toMatchObject(refused);
        await expect(under.store.open('run-1', { by })).rejects.toMatchObject(refused);
      }
    });

    it('refuses a journal of which a line is missing, and stays free for who repairs it', async () => {
      const under = await withRun(3);
      const whole = await under.readJournal('run-1');
      const [first, , third] = whole.split('\n');
      await under.writeJournal('run-1', `${first}\n${third}\n`);
      await expect(under.store.open('run-1', { by })).rejects.toMatchObject({
        code: 'JOURNAL_CORRUPT',
        message: expect.stringContaining('line 2'),
      });
      await under.writeJournal('run-1', whole);
      await expect(under.store.open('run-1', { by })).resolves.toMatchObject({ runId: 'run-1' });
    });

    it('shows an artifact only when it is complete, and tells its size and digest', async () => {
      const { store } = await create();
      const { artifacts } = await store.create(runHeader('run-1'));
      const cut = artifacts.write('backup/etcd.db', failing('half'));
      await expect(cut).rejects.toThrow('cut');
      expect(await artifacts.stat('backup/etcd.db')).toBeUndefined();
      expect(await artifacts.list('')).toEqual([]);
      expect(await artifacts.write('backup/etcd.db', bytes('snap', 'shot'))).toEqual({
        sizeBytes: 8,
        sha256: '16a0eeb0791b6c92451fd284dd9f599e0a7dbe7f6ebea6e2d2d06c7f74aec112',
      });
      expect(await artifacts.stat('backup/etcd.db')).toEqual({ sizeBytes: 8 });
      expect(await text(artifacts.read('backup/etcd.db'))).toBe('snapshot');
      expect(await text(artifacts.read('backup/etcd.db', { start: 4 }))).toBe('shot');
    });

    it('keeps the old artifact when a new one of its name is cut short', async () => {
      const { store } = await create();
      const { artifacts } = await store.create(runHeader('run-1'));
      await artifacts.write('a', bytes('old'));
      await expect(artifacts.write('a', failing('new'))).rejects.toThrow('cut');
      expect(await text(artifacts.read('a'))).toBe('old');
    });

    it('lists artifacts below a name, not beside it, and forgets removed ones', async () => {
      const { store } = await create();
      const { artifacts } = await store.create(runHeader('run-1'));
      for (const item of ['out/b', 'out/a/x', 'outer/c', 'd']) {
        await artifacts.write(item, bytes(item));
      }
      expect(await artifacts.list('out')).toEqual(['out/a/x', 'out/b']);
      expect(await artifacts.list('')).toEqual(['d', 'out/a/x', 'out/b', 'outer/c']);
      await artifacts.remove('out/b');
      await artifacts.remove('out/b');
      expect(await artifacts.list('out/')).toEqual(['out/a/x']);
      await expect(text(artifacts.read('out/b'))).rejects.toMatchObject({
        code: 'CLIENT_NOT_FOUND',
      });
    });

    it('gives the run as it is kept, damaged or not, to whoever checks it', async () => {
      const under = await withRun(3);
      const damaged = `${(await under.readJournal('run-1')).replace('"cursor":2', '"cursor":7')}torn`;
      await under.writeJournal('run-1', damaged);
      const { journal, leases, findings } = await under.other().evidence('run-1');
      expect(await textOf(journal)).toBe(damaged);
      expect(leases.length).toBeGreaterThan(0);
      for (const lease of leases) expect(JSON.parse(await textOf(lease))).toMatchObject(by);
      expect(findings).toEqual([]);
      expect(await under.readJournal('run-1')).toBe(damaged);
      await expect(under.store.evidence('nothing')).rejects.toMatchObject({
        code: 'RUN_NOT_FOUND',
      });
    });

    it('gives its artifacts to whoever checks them, also while a writer is at work', async () => {
      const under = await create();
      const lease = await under.store.create(runHeader('run-1'));
      await lease.append(progressed(1));
      await lease.artifacts.write('out/a', bytes('a'));
      const { journal, artifacts } = await under.other().evidence('run-1');
      expect(await artifacts.list('')).toEqual(['out/a']);
      expect(await text(artifacts.read('out/a'))).toBe('a');
      expect(await textOf(journal)).toBe(await under.readJournal('run-1'));
    });

    it('refuses names of artifacts that lead out of the run', async () => {
      const { store } = await create();
      const { artifacts } = await store.create(runHeader('run-1'));
      for (const wrong of ['../x', 'a/../../x', '/etc/passwd', '', 'a//b', './a', 'a b']) {
        await expect(artifacts.write(wrong, bytes('x'))).rejects.toMatchObject({
          code: 'PARAMS_INVALID',
        });
      }
    });
  });
}

async function* bytes(...parts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function* failing(part: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(part);
  throw new Error('cut');
}

async function textOf(file: KeptFile | undefined): Promise<string> {
  return file === undefined ? 'missing' : text(file.read());
}

async function text(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  // A chunk is the reader's own: it is used again for the next one.
  for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks).toString();
}
