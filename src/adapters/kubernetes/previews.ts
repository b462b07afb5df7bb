// Writes that are only tried (dryRun=All): what the server would store, or why it cannot say so beforehand. What it would
// refuse it refuses here too, in the same words.

import type {
  ApplyOptions,
  KubeObject,
  KubeReader,
  ObjectRef,
  PatchOptions,
  Preview,
} from '../../actions/ports.ts';
import { DrctlError } from '../../engine/index.ts';
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { saysNothing } from './errors.ts';
import { applyObject, createObject, patchObject } from './writes.ts';

export function createPreviews(
  connection: Connection,
  discovery: Discovery,
): Pick<KubeReader, 'preview' | 'previewCreate' | 'previewPatch'> {
  const server = { connection, discovery };
  return {
    preview: (desired: KubeObject, options: ApplyOptions) =>
      previewed(applyObject(server, desired, { ...options, dryRun: true })),
    previewCreate: (object: KubeObject, signal: AbortSignal) =>
      previewed(createObject(server, object, { signal, dryRun: true })),
    previewPatch: (ref: ObjectRef, options: PatchOptions) =>
      previewed(patchObject(server, ref, { ...options, dryRun: true })),
  };
}

async function previewed(write: Promise<KubeObject>): Promise<Preview> {
  try {
    return { kind: 'accepted', object: await write };
  } catch (error) {
    if (!(error instanceof DrctlError) || !saysNothing(error)) throw error;
    return { kind: 'unknown', because: error.message };
  }
}
