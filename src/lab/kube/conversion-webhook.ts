/*
 * Asks a conversion webhook: one ConversionReview over HTTPS, with the authority that the definition names. What it
 * answers is not trusted to be what was asked for.
 */
import { randomUUID } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { isMap, listAt, mapAt, stringAt, type JsonObject, type KubeObject } from './objects.ts';
import type { WebhookTarget } from './resource-type.ts';

const timeoutMs = 10_000;
const answerLimitBytes = 64 * 1024 * 1024;

/** The objects in the same order. Throws with the reason when the webhook refuses or does not answer. */
export async function askWebhook(
  target: WebhookTarget,
  desiredAPIVersion: string,
  objects: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const uid = randomUUID();
  const review = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    request: { uid, desiredAPIVersion, objects },
  };
  const answer = mapAt(await post(target, JSON.stringify(review)), 'response');
  const result = mapAt(answer, 'result');
  if (stringAt(result, 'status') !== 'Success') {
    throw new Error(stringAt(result, 'message') ?? 'the webhook gave no reason');
  }
  const converted = listAt(answer, 'convertedObjects').filter(isMap);
  const fits =
    stringAt(answer, 'uid') === uid &&
    converted.length === objects.length &&
    converted.every((object, i) => isSame(object, objects[i], desiredAPIVersion));
  if (!fits) throw new Error('the webhook returned other objects than it was asked for');
  return converted as unknown as readonly KubeObject[];
}

function isSame(object: JsonObject, asked: KubeObject | undefined, apiVersion: string): boolean {
  return (
    object['apiVersion'] === apiVersion &&
    asked !== undefined &&
    object['kind'] === asked.kind &&
    stringAt(object['metadata'], 'name') === asked.metadata.name
  );
}

function post({ url, ca }: WebhookTarget, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      {
        method: 'POST',
        ca,
        timeout: timeoutMs,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > answerLimitBytes) response.destroy(new Error('the answer is too large'));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode !== 200) {
            reject(new Error(`POST ${url}: ${response.statusCode ?? 0} ${text.slice(0, 200)}`));
            return;
          }
          try {
            resolve(JSON.parse(text));
          } catch (cause) {
            reject(new Error(`POST ${url}: the answer is no JSON`, { cause }));
          }
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    request.on('error', (cause) => reject(new Error(`POST ${url}: ${cause.message}`, { cause })));
    request.end(body);
  });
}
