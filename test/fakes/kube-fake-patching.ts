// What becomes of an object under a patch: preconditions inside the patch are checked, and what the server owns
// (identity, status outside its subresource) stays as it is.

import { DrctlError, assertNever } from '../../src/engine/index.ts';
import type { Json } from '../../src/engine/index.ts';
import type { KubeObject, ObjectRef, PatchOptions } from '../../src/actions/ports.ts';
import { jsonPatch, mergePatch, strategicPatch } from './kube-fake-writes.ts';

export function patchObject(ref: ObjectRef, before: KubeObject, options: PatchOptions): KubeObject {
  const patched = patchedBy(before, options);
  for (const field of ['uid', 'resourceVersion']) {
    if (patched.metadata[field] !== before.metadata[field]) {
      throw new DrctlError('CLIENT_CONFLICT', `${ref.kind} ${ref.name}: ${field} differs`);
    }
  }
  if (options.subresource === 'status') {
    return { ...before, status: patched['status'] ?? null };
  }
  const { status: _patchedStatus, ...content } = patched;
  const { status } = before;
  const deletionTimestamp = before.metadata['deletionTimestamp'];
  const metadata = {
    ...patched.metadata,
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
  const kept: Record<string, Json> = { ...content, metadata };
  if (status !== undefined) kept['status'] = status;
  return kept as unknown as KubeObject;
}

function patchedBy(before: KubeObject, options: PatchOptions): KubeObject {
  switch (options.type) {
    case 'merge':
      return mergePatch(before, options.patch) as KubeObject;
    case 'strategic':
      return strategicPatch(before, options.patch) as KubeObject;
    case 'json':
      return jsonPatch(before, options.patch) as KubeObject;
    default:
      return assertNever(options.type);
  }
}
