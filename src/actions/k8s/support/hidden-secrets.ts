// Parameters without the data of Secrets that is written out in them: in a manifest, or in a patch of one.

import { hiddenText } from '../../../engine/index.ts';
import type { Json, JsonObject } from '../../../engine/index.ts';
import { isJsonObject } from './json-tree.ts';
import { isSecret } from './objects.ts';

/** k8s.apply's: `manifests`. */
export function withoutManifestSecrets(params: JsonObject): JsonObject {
  const { manifests } = params;
  if (!Array.isArray(manifests)) return params;
  return {
    ...params,
    manifests: (manifests as readonly Json[]).map((manifest) =>
      isJsonObject(manifest) && isOfSecret(manifest) ? withoutData(manifest) : manifest,
    ),
  };
}

/** k8s.patch's: `patch`, an object, or a list of operations whose values may be data or hold it. */
export function withoutPatchedSecrets(params: JsonObject): JsonObject {
  const { patch } = params;
  if (patch === undefined || !isOfSecret(params)) return params;
  if (isJsonObject(patch)) return { ...params, patch: withoutData(patch) };
  const operations = (Array.isArray(patch) ? (patch as readonly Json[]) : []).map((operation) =>
    isJsonObject(operation) && operation['value'] !== undefined
      ? { ...operation, value: hidden(operation['value']) }
      : operation,
  );
  return { ...params, patch: operations };
}

function isOfSecret({ apiVersion, kind }: JsonObject): boolean {
  const isNamed = typeof apiVersion === 'string' && typeof kind === 'string';
  return isNamed && isSecret({ apiVersion, kind });
}

function withoutData(secret: JsonObject): JsonObject {
  const shown = Object.entries(secret).map(([field, value]) => [
    field,
    field === 'data' || field === 'stringData' ? hidden(value) : value,
  ]);
  return Object.fromEntries(shown) as JsonObject;
}

/** Keys tell what is there, and null that it goes. */
function hidden(value: Json): Json {
  if (value === null) return null;
  if (!isJsonObject(value)) return hiddenText;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item)]));
}
