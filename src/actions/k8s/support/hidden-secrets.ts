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

/** Shorter ones are in every other sentence, and say nothing. */
const minSecretLength = 4;

/**
 * A server's words about a Secret without its data: what is refused may be quoted. `holds`: objects and patches that
 * may have data of it, as it is sent (base64, or plain in `stringData`).
 */
export function withoutSecretValues(
  text: string,
  ref: { readonly apiVersion: string; readonly kind: string },
  holds: readonly unknown[],
): string {
  if (!isSecret(ref)) return text;
  const values = new Set(holds.flatMap(secretTexts).flatMap(formsOf));
  const longestFirst = [...values].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((said, value) => {
    const whole = said.replaceAll(value, hiddenText);
    // Long messages are cut: what they end with may be the beginning of a value.
    for (let length = value.length - 1; length >= minSecretLength; length -= 1) {
      const begun = value.slice(0, length);
      if (whole.endsWith(begun)) return `${whole.slice(0, -length)}${hiddenText}`;
    }
    return whole;
  }, text);
}

function secretTexts(held: unknown): readonly string[] {
  if (Array.isArray(held)) {
    return (held as readonly unknown[]).flatMap((operation) =>
      isJsonObject(operation as Json) ? textsIn((operation as JsonObject)['value']) : [],
    );
  }
  if (!isJsonObject(held as Json)) return [];
  const { data, stringData } = held as JsonObject;
  return [...textsIn(data), ...textsIn(stringData)];
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value as JsonObject).flatMap(textsIn);
}

/** As it is, decoded, line by line, and as it reads inside quotes. */
function formsOf(value: string): readonly string[] {
  const plain = [value, Buffer.from(value, 'base64').toString('utf8')];
  return [...plain, ...plain.flatMap((text) => text.split('\n'))]
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
    .filter((text) => text.length >= minSecretLength);
}
