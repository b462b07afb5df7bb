/*
 * JSON patch (RFC 6902) by fast-json-patch, with its failures told apart as the API server does: a patch
 * that cannot be read is a 400, one that does not fit the object a 422.
 */
import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { copy, isMap, type Json } from '../objects.ts';
import { badRequest, StatusError } from '../status-error.ts';

/** The most operations one patch may hold (apiserver: maxJSONPatchOperations). */
const operationsLimit = 10_000;

/** The document with the patch applied; neither argument is changed. */
export function jsonPatch(document: Json, patch: unknown): Json {
  if (!Array.isArray(patch) || !patch.every(isMap)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal the patch into a list of operations',
    );
  }
  if (patch.length > operationsLimit) {
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${operationsLimit}, got ${patch.length}`,
    );
  }
  try {
    const operations = copy(patch) as unknown as Operation[];
    return fastJsonPatch.applyPatch(copy(document), operations, true).newDocument;
  } catch {
    // A real server keeps to itself which operation failed.
    throw new StatusError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    );
  }
}
