// A journal read to its end whatever is wrong with it. Where the decoder that runs rely on stops at the first damage,
// this takes each line for what it is, says what does not fit, and goes on from there.

import type { JournalRecord } from '../contracts/journal-event.ts';
import type { KeptFile } from '../contracts/store.ts';
import { createFold } from '../running/fold.ts';
import { digestLine, emptyJournal } from '../running/journal.ts';
import { readLine } from '../running/read-line.ts';
import type { RunState } from '../running/run-state.ts';
import { findingOf } from './finding.ts';
import type { AuditFinding } from './finding.ts';

export interface JournalAudit {
  readonly lines: number;
  readonly sizeBytes: number;
  /** Bytes after the last newline: an append that was cut off or is under way. */
  readonly tornBytes: number;
  /** "sha256:…" of the last complete line. */
  readonly head: string;
  /** Events that are legal after those before them. */
  readonly events: number;
  /** The fold of the legal ones: all that can be told of the run. */
  readonly state: RunState;
  readonly findings: readonly AuditFinding[];
}

interface Place {
  readonly seq: number;
  readonly previous: string;
}

/** Reads only. Findings in the order of the lines. */
export async function auditJournal(journal: KeptFile): Promise<JournalAudit> {
  const findings: AuditFinding[] = [];
  const fold = createFold();
  let last: Place = emptyJournal;
  let lines = 0;
  let sizeBytes = 0;
  let events = 0;

  function take(line: Uint8Array): void {
    lines += 1;
    sizeBytes += line.byteLength + 1;
    const at = { part: 'journal', severity: 'error', file: journal.name, line: lines } as const;
    const read = readLine(line);
    let seq = last.seq + 1;
    if (read.kind === 'damaged') findings.push({ ...at, message: `line ${lines} ${read.what}` });
    else if (read.kind === 'other-format') {
      const message = `line ${lines} is of journal format ${read.format}`;
      findings.push({ ...at, message, expected: '1', found: read.format });
    } else {
      const broken = brokenChain(read.record, lines, last);
      if (broken !== undefined) findings.push({ ...at, ...broken });
      ({ seq } = read.record);
      const illegal = addTo(read.record);
      if (illegal === undefined) events += 1;
      else findings.push({ ...at, part: 'events', message: `line ${lines}: ${illegal}` });
    }
    last = { seq, previous: digestLine(line) };
  }

  /** Whether the event may follow is judged apart from its number, which has its own finding. */
  function addTo(record: JournalRecord): string | undefined {
    try {
      fold.add({ ...record, seq: fold.state.seq + 1 });
      return undefined;
    } catch (error) {
      const { event } = record;
      const subject = 'step' in event ? `${event.type} of "${event.step}"` : event.type;
      return `${subject} cannot follow the events before it: ${becauseOf(error)}`;
    }
  }

  let tornBytes = 0;
  try {
    tornBytes = await eachLine(journal.read(), take);
  } catch (error) {
    findings.push(findingOf('journal', journal.name, error));
  }
  const { state } = fold;
  return { lines, sizeBytes, tornBytes, head: last.previous, events, state, findings };
}

/** Calls `take` with every complete line, without its newline; resolves with how many bytes follow the last one. */
async function eachLine(
  content: AsyncIterable<Uint8Array>,
  take: (line: Uint8Array) => void,
): Promise<number> {
  let rest: Uint8Array[] = [];
  for await (const chunk of content) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      take(Buffer.concat([...rest, chunk.subarray(from, at)]));
      rest = [];
      from = at + 1;
    }
    if (from < chunk.byteLength) rest.push(chunk.slice(from));
  }
  return rest.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

type Broken = Pick<AuditFinding, 'message' | 'expected' | 'found'>;

/** One finding for one cause: where lines are missing, the digest cannot fit either. */
function brokenChain(record: JournalRecord, line: number, last: Place): Broken | undefined {
  const { seq, previous } = record;
  const due = last.seq + 1;
  if (seq !== due) {
    return {
      message: `line ${line} has sequence number ${seq} where ${due} is due: ${whyNumber(seq, due)}`,
      expected: String(due),
      found: String(seq),
    };
  }
  if (previous === last.previous) return undefined;
  const of =
    line === 1
      ? 'does not begin a journal'
      : `does not continue line ${line - 1}: one of the two was changed after it was written`;
  return { message: `line ${line} ${of}`, expected: last.previous, found: previous };
}

function whyNumber(seq: number, due: number): string {
  if (seq > due) return `${seq - due} before it ${seq - due === 1 ? 'is' : 'are'} missing`;
  return 'it is there twice, or out of order';
}

function becauseOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Journal record \d+ \(.*?\) cannot follow the ones before it: /, '');
}
