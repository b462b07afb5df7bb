// How often Route53 is asked. It takes five requests a second from an account, whoever makes them
// (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests); one of them is
// left to external-dns and to people. All that wait for something in it take their turns from one line.

import type { ReadContext } from '../../../engine/index.ts';
import type { DnsRecordSet, DrPorts, ZoneReader } from '../../ports.ts';
import { readRecords } from './record-sets.ts';

const turnMs = 250;
/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html */
const recordsAPage = 300;

interface Line {
  /** On the clock of `monotonicMs`: when the next request may be made. */
  nextAtMs: number;
  /** By zone: a list of its records that has not begun yet. */
  readonly lists: Map<string, Promise<readonly DnsRecordSet[]>>;
}

const lines = new WeakMap<ZoneReader, Line>();

function lineOf(dns: ZoneReader): Line {
  const line = lines.get(dns) ?? { nextAtMs: -Infinity, lists: new Map() };
  lines.set(dns, line);
  return line;
}

/** Resolves when a request may be made. */
export async function turnAt(dns: ZoneReader, ctx: ReadContext<DrPorts>): Promise<void> {
  const line = lineOf(dns);
  const now = ctx.monotonicMs();
  const at = Math.max(now, line.nextAtMs);
  line.nextAtMs = at + turnMs;
  if (at > now) await ctx.sleep(at - now);
}

/**
 * The zone's records, of a list that was begun after this was called: whoever else asks before it begins gets the same
 * one.
 */
export async function listedInTurn(
  dns: ZoneReader,
  zone: string,
  ctx: ReadContext<DrPorts>,
): Promise<readonly DnsRecordSet[]> {
  const line = lineOf(dns);
  const coming = line.lists.get(zone);
  if (coming !== undefined) {
    try {
      return await coming;
    } catch {
      // Whoever had begun it was stopped, or it failed: either is no answer to this question.
      ctx.signal.throwIfAborted();
    }
  }
  const list = listWhenDue(dns, zone, ctx);
  line.lists.set(zone, list);
  return list;
}

async function listWhenDue(
  dns: ZoneReader,
  zone: string,
  ctx: ReadContext<DrPorts>,
): Promise<readonly DnsRecordSet[]> {
  const line = lineOf(dns);
  try {
    await turnAt(dns, ctx);
  } finally {
    line.lists.delete(zone);
  }
  const records = await readRecords(dns, zone, ctx);
  line.nextAtMs += Math.floor(records.length / recordsAPage) * turnMs;
  return records;
}
