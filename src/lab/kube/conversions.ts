/*
 * Custom objects in another version than they are stored in, by the webhook that their definition names. The server's
 * own work is synchronous, so that a read-modify-write is atomic; a webhook is not. So a conversion that is not known
 * yet throws NeedsConversion before anything is written, its answer is fetched, and the work begins anew.
 */
import { askWebhook } from './conversion-webhook.ts';
import { copy, isMap, mapAt, type JsonObject, type KubeObject } from './objects.ts';
import type { ResourceType, WebhookTarget } from './resource-type.ts';
import { StatusError } from './status-error.ts';

/** Thrown by what needs an answer of the webhook first. Caught by `withConversions` only. */
export class NeedsConversion extends Error {
  override readonly name = 'NeedsConversion';
  readonly target: WebhookTarget;
  readonly desired: string;
  readonly objects: readonly KubeObject[];

  constructor(target: WebhookTarget, desired: string, objects: readonly KubeObject[]) {
    super(`${objects.length} objects have to be converted to ${desired} first`);
    this.target = target;
    this.desired = desired;
    this.objects = objects;
  }
}

/** All of an object that a webhook may change: of the metadata these two only. */
interface Content {
  readonly labels: JsonObject | undefined;
  readonly annotations: JsonObject | undefined;
  readonly rest: JsonObject;
}

const rememberedLimit = 4_000;

/** The answers of one server's webhooks. */
export class Conversions {
  readonly #known = new Map<string, Content>();

  /** Throws NeedsConversion when the answer is not known. */
  convert(type: ResourceType, object: KubeObject, desired: string): KubeObject {
    const target = type.conversion;
    if (target === undefined) return { ...object, apiVersion: desired };
    const found = this.#known.get(keyOf(object, desired));
    if (found === undefined) throw new NeedsConversion(target, desired, [object]);
    return withContent(object, found);
  }

  /** Throws 500 with the webhook's reason. */
  async fetch({ target, desired, objects }: NeedsConversion): Promise<void> {
    const converted = await askWebhook(target, desired, objects).catch((cause: unknown) => {
      const [first] = objects;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StatusError(
        500,
        'InternalError',
        `conversion webhook for ${first?.apiVersion ?? ''}, Kind=${first?.kind ?? ''} failed: ${reason}`,
      );
    });
    objects.forEach((object, i) => {
      this.#remember(keyOf(object, desired), contentOf(converted[i] ?? object));
    });
  }

  #remember(key: string, content: Content): void {
    this.#known.set(key, content);
    const [oldest] = this.#known.keys();
    if (this.#known.size > rememberedLimit && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** Each answer that is fetched brings the work further; this many are more than any request needs. */
const roundsLimit = 50;

/** Does the work, as often as it needs another answer of a webhook. The work writes nothing before it has them all. */
export async function withConversions<T>(
  conversions: Conversions,
  work: () => T | Promise<T>,
): Promise<T> {
  for (let round = 0; round < roundsLimit; round += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NeedsConversion)) throw error;
      await conversions.fetch(error);
    }
  }
  throw new StatusError(500, 'InternalError', 'a request needed too many conversions');
}

/** Does one thing to many objects; what they need of the webhook is asked for at once. */
export function convertAll<T>(
  objects: readonly KubeObject[],
  each: (object: KubeObject) => T,
): readonly T[] {
  const missing: NeedsConversion[] = [];
  const done = objects.flatMap((object) => {
    try {
      return [each(object)];
    } catch (error) {
      if (!(error instanceof NeedsConversion)) throw error;
      missing.push(error);
      return [];
    }
  });
  const [first] = missing;
  if (first === undefined) return done;
  throw new NeedsConversion(
    first.target,
    first.desired,
    missing.flatMap(({ objects: some }) => some),
  );
}

/** Identity, times and owners play no part: they are new with every attempt to create an object. */
function keyOf(object: KubeObject, desired: string): string {
  const { labels, annotations, rest } = contentOf(object);
  return JSON.stringify([desired, object.metadata.namespace, labels, annotations, rest]);
}

function contentOf(object: KubeObject): Content {
  const { metadata, ...rest } = object as JsonObject;
  return { labels: mapAt(metadata, 'labels'), annotations: mapAt(metadata, 'annotations'), rest };
}

function withContent(object: KubeObject, { labels, annotations, rest }: Content): KubeObject {
  const { labels: _old, annotations: _too, ...metadata } = object.metadata;
  return copy({
    ...rest,
    metadata: {
      ...metadata,
      ...(isMap(labels) ? { labels } : {}),
      ...(isMap(annotations) ? { annotations } : {}),
    },
  }) as KubeObject;
}
