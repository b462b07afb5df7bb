// A journal in S3: objects journal/000000000001.ndjson, …02.ndjson, … whose contents, put together, are the journal. Each
// is made with "If-None-Match: *", so an append succeeds only when nobody else has appended at its number.
//
// Who opens a run puts an empty segment after the last one before it does anything: the fence. From then on the next
// append of the writer before it is refused, whatever that writer still believes about its lease. Nothing is compared by
// time, and no answer of a server about a moment that is over is relied on.

import { DrctlError, createJournalDecoder } from '../../../engine/index.ts';
import type { JournalDecoder, JournalEnd, JournalRecord } from '../../../engine/index.ts';
import { createAppendQueue } from '../append-queue.ts';
import type { AppendQueue } from '../append-queue.ts';
import type { HeldLease } from '../lease-record.ts';
import { journalMissing } from '../run-id.ts';
import { asUnwritable } from './objects.ts';
import type { StateObjects } from './objects.ts';

const digits = 12;
/** Segments are small and many: what takes the time is the way there and back. */
const readAtOnce = 16;
/** Of one takeover: a busy writer looks at its lease once in `lookMs`, in which it can be ahead as often as this. */
const maxFences = 1_000;
const lookMs = 1_000;
/** A write that took longer may have been held up long enough for somebody to take the run over. */
const heldUpMs = 1_000;

export interface JournalPlace {
  readonly objects: StateObjects;
  /** Of the segments, with its "/". */
  readonly folder: string;
}

export function segmentName(number: number): string {
  return `${String(number).padStart(digits, '0')}.ndjson`;
}

/** In order. `names`: of the objects in the journal's folder. */
export function segmentNumbers(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => /^(\d{12})\.ndjson$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((one, other) => one - other);
}

/** `folder`: the run's; both with their "/". */
export function journalFolder(folder: string): string {
  return `${folder}journal/`;
}

/** The first segment, empty: a run without any has lost its history. */
export async function beginJournal({ objects, folder }: JournalPlace): Promise<void> {
  await objects.create(`${folder}${segmentName(1)}`, new Uint8Array());
}

/** JOURNAL_CORRUPT, JOURNAL_VERSION. A write is whole or not there, so a line that is cut is damage. */
export async function* readJournal(place: JournalPlace): AsyncGenerator<JournalRecord> {
  const decoder = createJournalDecoder(nameOf(place), runOf(place));
  for await (const segment of segments(place, 1, await lastSegment(place))) {
    yield* decoder.push(segment);
  }
  endOf(place, decoder);
}

/**
 * Shuts out whoever wrote before. Gives where the journal ends, and the number of the next segment. RUN_LOCKED when
 * another writer is faster again and again; JOURNAL_CORRUPT, JOURNAL_VERSION before anything is written.
 */
export async function fenceJournal(
  place: JournalPlace,
): Promise<{ readonly end: JournalEnd; readonly next: number }> {
  const decoder = createJournalDecoder(nameOf(place), runOf(place));
  const last = await lastSegment(place);
  for await (const segment of segments(place, 1, last)) decoder.push(segment);
  const fence = await putFence(place, last + 1);
  for await (const segment of segments(place, last + 1, fence)) decoder.push(segment);
  return { end: endOf(place, decoder), next: fence + 1 };
}

/** What is found at a number is read afterwards: reading it first would let a busy writer stay ahead for ever. */
async function putFence({ objects, folder }: JournalPlace, from: number): Promise<number> {
  for (let number = from; number < from + maxFences; number += 1) {
    if (await objects.create(`${folder}${segmentName(number)}`, new Uint8Array())) return number;
  }
  throw new DrctlError('RUN_LOCKED', `${objects.uri(folder)} is being written to all the time`, {
    hint: 'Stop the process that writes there',
  });
}

export interface JournalWriterOptions extends JournalPlace {
  readonly end: JournalEnd;
  /** The number of the next segment. */
  readonly next: number;
  readonly held: HeldLease;
  now(): Date;
}

/** LEASE_LOST, STORE_UNWRITABLE. */
export function createJournalWriter(options: JournalWriterOptions): AppendQueue {
  const { objects, folder, end, held, now } = options;
  let { next } = options;
  let lookedAt = now().getTime();

  /** Beside the write, so that it takes no time of its own. Without it a writer that never pauses could not be overtaken. */
  async function lookNowAndThen(at: number): Promise<void> {
    if (at >= lookedAt && at - lookedAt < lookMs) return;
    lookedAt = at;
    await held.assertHeld();
  }

  return createAppendQueue({
    name: nameOf(options),
    end,
    now,
    write: async (lines) => {
      try {
        const began = now().getTime();
        const key = `${folder}${segmentName(next)}`;
        const [isMade] = await Promise.all([
          objects.create(key, Buffer.from(lines)),
          lookNowAndThen(began),
        ]);
        if (!isMade) throw await whoIsAhead(options, key);
        next += 1;
        const tookMs = now().getTime() - began;
        // A process that was stopped, or a machine that slept, before it heard that its write was done: what it wrote
        // stands, and may have been read by whoever took over meanwhile. It must not act on it.
        if (tookMs < 0 || tookMs > heldUpMs) await held.assertHeld();
      } catch (error) {
        throw asUnwritable(error);
      }
    },
  });
}

async function whoIsAhead({ objects, held }: JournalWriterOptions, key: string) {
  await held.assertHeld();
  return new DrctlError('LEASE_LOST', `Another process has written ${objects.uri(key)}`, {
    hint: 'Run "drctl status" to see how the run goes on there',
  });
}

/** JOURNAL_CORRUPT when there is none or a number is left out. */
async function lastSegment(place: JournalPlace): Promise<number> {
  const { objects, folder } = place;
  const numbers = segmentNumbers(await objects.list(folder));
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  if (numbers.length === 0) throw journalMissing(nameOf(place), runOf(place));
  if (gap !== -1)
    throw journalMissing(objects.uri(`${folder}${segmentName(gap + 1)}`), runOf(place));
  return numbers.length;
}

/** From one number to another, both included, in order. */
async function* segments(
  place: JournalPlace,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  const { objects, folder } = place;
  for (let start = from; start <= to; start += readAtOnce) {
    const length = Math.min(readAtOnce, to - start + 1);
    const keys = Array.from({ length }, (_, index) => `${folder}${segmentName(start + index)}`);
    const bodies = await Promise.all(keys.map((key) => objects.read(key)));
    for (const [index, body] of bodies.entries()) {
      if (body === undefined) throw journalMissing(objects.uri(keys[index] ?? ''), runOf(place));
      yield body;
    }
  }
}

function endOf(place: JournalPlace, decoder: JournalDecoder): JournalEnd {
  const { tornBytes, ...end } = decoder.end();
  if (tornBytes === 0) return end;
  throw new DrctlError(
    'JOURNAL_CORRUPT',
    `${nameOf(place)}: line ${end.seq + 1} is cut off after ${tornBytes} bytes`,
    {
      hint: 'Restore the journal from a copy, or from older versions of its objects; drctl does nothing with a run whose history it cannot trust',
    },
  );
}

/** "runs/RUN/journal/" */
function runOf({ folder }: JournalPlace): string {
  return folder.split('/').at(-3) ?? '';
}

function nameOf({ objects, folder }: JournalPlace): string {
  return objects.uri(folder.replace(/\/$/, ''));
}
