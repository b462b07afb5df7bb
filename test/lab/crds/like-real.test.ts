// The embedded server takes, prunes, fills in and refuses what a real one does, under the real definitions: valid objects,
// and every small mistake in them. CEL rules are left out, since the real server here is older than they are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../../src/lab/cluster/client.ts';
import { installDefinitions } from '../../../src/lab/cluster/install-definitions.ts';
import {
  copy,
  isMap,
  sameJson,
  textOf,
  type Json,
  type JsonObject,
} from '../../../src/lab/kube/objects.ts';
import type { KubeServer } from '../../../src/lab/kube/index.ts';
import { loadDefinitions } from '../../../src/lab/world/load-definitions.ts';
import { definitionsFor } from '../../../src/lab/world/side-definitions.ts';
import { startRealServer, type RealServer } from '../envtest/real-server.ts';
import { areMissing } from '../envtest/real-servers.ts';
import { rest, type Answer, type Rest } from '../kube/rest.ts';
import { startServer } from '../kube/start-server.ts';
import { realCrds, withoutCrds } from './real-crds.ts';
import { validObjects, type ValidObject } from './valid-objects.ts';

const START_LIMIT_MS = 180_000;
const AT_ONCE = 8;

let real: RealServer;
let embedded: KubeServer;
let clients: { readonly real: Rest; readonly embedded: Rest };

function withoutRules(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRules);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'x-kubernetes-validations')
      .map(([key, child]) => [key, withoutRules(child)]),
  );
}

interface Mistake {
  readonly what: string;
  readonly object: JsonObject;
}

/** One change each: every value left out, null or of another type, and every map with a field more. */
function mistakesIn(object: JsonObject): readonly Mistake[] {
  return placesIn(object['spec'] ?? null, ['spec']).flatMap((place) => {
    const shown = place.join('.');
    const value = place.reduce<Json>((at, key) => (at as JsonObject)[key] ?? null, object);
    const change = (how: string, next: Json | undefined): Mistake => ({
      what: `${shown} ${how}`,
      object: withChange(object, place, next),
    });
    const changed = [
      change('left out', undefined),
      change('null', null),
      change('empty', typeof value === 'string' ? '' : Array.isArray(value) ? [] : {}),
      // A spec that is no map a real server refuses twice, where it has replicas.
      ...(place.length === 1 ? [] : [change('another type', otherThan(value))]),
    ];
    if (!isMap(value)) return changed;
    const more = withChange(object, [...place, 'unknownField'], 'x');
    return [...changed, { what: `${shown} with an unknown field`, object: more }];
  });
}

function placesIn(value: Json, at: readonly string[]): readonly (readonly string[])[] {
  const below = isMap(value) || Array.isArray(value) ? Object.entries(value) : [];
  return [at, ...below.flatMap(([key, child]) => placesIn(child, [...at, key]))];
}

function otherThan(value: Json): Json {
  if (typeof value === 'string') return 7;
  if (Array.isArray(value)) return 'text';
  return isMap(value) ? ['text'] : 'text';
}

function withChange(object: JsonObject, place: readonly string[], value: Json | undefined) {
  const changed = copy(object);
  const last = place.at(-1) ?? '';
  const parent = place
    .slice(0, -1)
    .reduce<Json>((at, key) => (at as JsonObject)[key] ?? null, changed);
  if (value !== undefined) (parent as JsonObject)[last] = value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete (parent as JsonObject)[last];
  return changed;
}

/**
 * What counts of an answer: the code, and the object as it would be stored or the fields that are wrong. This old a server
 * names lists without the index, and what fits no alternative of an anyOf as "<nil>" too.
 */
function essence({ code, body }: Answer): { code: number; spec?: unknown; wrong?: unknown } {
  if (code === 201) return { code, spec: body['spec'] };
  const causes = (body['details']?.['causes'] ?? []) as unknown as readonly { field: string }[];
  const fields = causes.map(({ field }) => field.replace(/^\./, '').replaceAll(/\[\d+\]/g, ''));
  return { code, wrong: [...new Set(fields.filter((field) => field !== '<nil>'))].sort() };
}

async function differences({ path, object }: ValidObject): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = [{ what: 'as it is', object }, ...mistakesIn(object)];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const call = (server: Rest): Promise<Answer> =>
        server.call('POST', `${path}?dryRun=All`, { body: next?.object });
      const [theirs, ours] = [
        essence(await call(clients.real)),
        essence(await call(clients.embedded)),
      ];
      if (!sameJson(theirs, ours)) {
        found.push(
          `${next.what}: real ${JSON.stringify(theirs)}, embedded ${JSON.stringify(ours)}`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

describe.skipIf(withoutCrds || areMissing)('the embedded server is like a real one', () => {
  beforeAll(async () => {
    const choice = { real: await loadDefinitions(realCrds), newerDestination: undefined };
    const definitions = definitionsFor('source', choice).map((one) => withoutRules(one) as object);
    real = await startRealServer();
    const { baseUrl: server, ca, token } = real.connection;
    const client = createClient({ server, ca, token });
    await installDefinitions(client, definitions);
    client.close();
    const started = await startServer({ crds: definitions });
    embedded = started.server;
    clients = { real: rest(real.connection), embedded: rest(started.connection) };
  }, START_LIMIT_MS);
  afterAll(async () => {
    clients.real.close();
    clients.embedded.close();
    await embedded.close();
    await real.close();
  });

  it.each(validObjects.map((valid) => [textOf(valid.object['kind']), valid] as const))(
    'for %s',
    async (_kind, valid) => {
      expect(await differences(valid)).toEqual([]);
    },
    START_LIMIT_MS,
  );
});
