// Undo data of an instance. The first record of a key wins; entries that hold a secret go to an artifact (0600, as the
// whole run is) and the journal keeps its name, because a masked value could never be put back.

import { createHash } from 'node:crypto';
import type { Ports } from '../contracts/action.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import { canonicalJson, digestJson } from '../planning/digest.ts';
import { DrctlError } from '../contracts/errors.ts';
import type { Execution } from './execution.ts';
import { instanceOf } from './run-state.ts';

/** The one member of an entry that stands for an artifact. */
const sealed = 'drctl/sealed';

/** Stable over all attempts of an instance of a run, and in no other: 38 characters of [a-z0-9-]. */
export function tokenOf(runId: string, instance: string): string {
  const digest = createHash('sha256').update(`${runId}\n${instance}`).digest('hex');
  return `drctl-${digest.slice(0, 32)}`;
}

/** Journals those entries whose keys have no record yet. */
export async function recordUndo<P extends Ports>(
  run: Execution<P>,
  instance: string,
  entries: Readonly<Record<string, Json>>,
): Promise<ReadonlyMap<string, Json>> {
  const known = instanceOf(run.journal.state, instance).undoEntries;
  const added = new Map(Object.entries(entries).filter(([key]) => !known.has(key)));
  if (added.size === 0) return added;
  const kept: Record<string, Json> = {};
  for (const [key, value] of added) kept[key] = await sealIfSecret(run, instance, value);
  await run.journal.append({ type: 'step.undo-recorded', step: instance, entries: kept });
  return added;
}

/** All entries as they were recorded, oldest first. DATA_CORRUPT when a sealed one is not what it was. */
export async function undoEntriesOf<P extends Ports>(
  run: Execution<P>,
  instance: string,
): Promise<Map<string, Json>> {
  const entries = new Map<string, Json>();
  for (const [key, value] of instanceOf(run.journal.state, instance).undoEntries) {
    entries.set(key, await unseal(run, value));
  }
  return entries;
}

async function sealIfSecret<P extends Ports>(
  { session, lease }: Execution<P>,
  instance: string,
  value: Json,
): Promise<Json> {
  const text = canonicalJson(value);
  if (canonicalJson(session.redactor.mask(value)) === text) return value;
  const digest = digestJson(value);
  const name = `undo/${tokenOf(session.runId, instance)}/${digest.slice('sha256:'.length)}.json`;
  await lease.artifacts.write(name, bytesOf(text));
  return { [sealed]: name, digest };
}

async function unseal<P extends Ports>({ lease }: Execution<P>, value: Json): Promise<Json> {
  const name = sealedName(value);
  if (name === undefined) return value;
  const chunks: Uint8Array[] = [];
  for await (const chunk of lease.artifacts.read(name)) chunks.push(Uint8Array.from(chunk));
  const opened = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
  if (digestJson(opened) !== (value as JsonObject)['digest']) {
    throw new DrctlError('DATA_CORRUPT', `Artifact ${name} is not what was written`, {
      hint: 'The value to go back to is lost: put it back by hand, then mark the step done',
    });
  }
  return opened;
}

function sealedName(value: Json): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const name = (value as JsonObject)[sealed];
  return typeof name === 'string' ? name : undefined;
}

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text, 'utf8');
}
