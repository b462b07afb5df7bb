// A file that is a runbook or a saved plan: told by what is in it, never by its name.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { DrctlError, decodeSavedPlan, looksLikePlan } from '../../engine/index.ts';
import type { SavedPlan } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { unreadable } from '../inputs.ts';

/** Far more than any plan has; a device that never ends is left after it. */
export const MAX_PLAN_BYTES = 64 * 1024 * 1024;

export type NamedFile =
  | { readonly kind: 'plan'; readonly saved: SavedPlan }
  | { readonly kind: 'runbook'; readonly text: string };

/** FILE_UNREADABLE, PLAN_INVALID, USAGE for what is neither. */
export async function readPlanOrRunbook(file: string, cli: Cli): Promise<NamedFile> {
  const text = await readBounded(file, cli);
  if (looksLikePlan(text)) return { kind: 'plan', saved: decodeSavedPlan(text, file) };
  if (looksLikeRunbook(text)) return { kind: 'runbook', text };
  throw new DrctlError('USAGE', `${file} is neither a runbook nor a saved plan`, {
    hint: 'A runbook is YAML with "kind: Runbook"; a saved plan is what "drctl plan RUNBOOK -o FILE" wrote',
  });
}

/** For what only a plan will do. */
export async function readPlan(file: string, cli: Cli): Promise<SavedPlan> {
  const found = await readPlanOrRunbook(file, cli);
  if (found.kind === 'plan') return found.saved;
  throw new DrctlError('USAGE', `${file} is a runbook, not a saved plan`, {
    hint: `Plan it first: drctl plan ${file} -o FILE`,
  });
}

/** One that is wrong is still meant to be one: its own problems are told then. */
function looksLikeRunbook(text: string): boolean {
  return /(?:^|[\s{,"'])(?:apiVersion|kind|metadata|phases)["']?\s*:/.test(text);
}

async function readBounded(file: string, cli: Cli): Promise<string> {
  const absolute = path.resolve(cli.io.cwd, file);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    if ((await stat(absolute)).isDirectory()) {
      throw new DrctlError('FILE_UNREADABLE', `${file} is a folder`);
    }
    const stream = createReadStream(absolute, { signal: cli.stops.abort });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_PLAN_BYTES) break;
    }
  } catch (error) {
    cli.stops.abort.throwIfAborted();
    throw error instanceof DrctlError ? error : unreadable(file, absolute, error);
  }
  if (size <= MAX_PLAN_BYTES) return Buffer.concat(chunks).toString('utf8');
  throw new DrctlError(
    'FILE_UNREADABLE',
    `${file} has more than ${MAX_PLAN_BYTES} bytes: no runbook and no plan is that large`,
  );
}
