// Checks of the two management clusters.

import { kinds } from '../cluster/kinds.ts';
import { isConditionTrue, keyOf, textAt, type KubeObject } from '../cluster/objects.ts';
import type { Side, SideName } from '../cluster/side.ts';
import { replicasOf } from '../controllers/workloads/pods.ts';
import type { CheckEntry, Expectation } from '../lab-types.ts';
import { digestsOf, isNeighbours, type Baseline, type Digests } from '../observe/baseline.ts';
import { contentDigest } from '../observe/object-digest.ts';
import { HC_NAME, HC_NAMESPACE, HCP_NAMESPACE, OPERATOR_NAMESPACE } from '../world/settings.ts';
import { sideNames, type World } from '../world/world.ts';

const SHOWN = 5;

export function entry(name: string, ok: boolean, found: string): CheckEntry {
  return { name, ok, found };
}

/** "a, b, c and 4 more" */
export function shorten(items: readonly string[]): string {
  const rest = items.length - SHOWN;
  return items.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

export function migratedChecks(input: {
  readonly world: World;
  readonly baseline: Baseline;
  readonly expect: Expectation;
}): readonly CheckEntry[] {
  const { source, destination } = input.world.sides;
  const hostedCluster = destination.get(kinds.hostedCluster, HC_NAMESPACE, HC_NAME);
  const pausedUntil = textAt(hostedCluster, 'spec', 'pausedUntil');
  const available = isConditionTrue(hostedCluster, 'Available');
  return [
    entry(
      'hosted-cluster-on-destination',
      available && pausedUntil === undefined,
      hostedCluster === undefined
        ? 'there is none'
        : `${available ? 'available' : 'not available'}, ${pausedUntil === undefined ? 'not paused' : `pausedUntil ${pausedUntil}`}`,
    ),
    ...(input.expect === 'control-plane-only' ? [] : [machinesCheck(destination, input.baseline)]),
    secretsCheck(destination, input.baseline),
    leftoverCheck(input.world),
    ...(input.expect === 'recovered' ? [] : [goneCheck(source)]),
  ];
}

function machinesCheck(destination: Side, baseline: Baseline): CheckEntry {
  const ids = destination
    .all(kinds.awsMachine, HCP_NAMESPACE)
    .map((machine) => textAt(machine, 'spec', 'instanceID') ?? machine.metadata.name)
    .sort();
  const wanted = [...baseline.instanceIds].sort();
  return entry(
    'machines-on-destination',
    ids.join() === wanted.join(),
    `${ids.length} AWSMachines, ${ids.filter((id) => wanted.includes(id)).length} of the ${wanted.length} instances of before`,
  );
}

function secretsCheck(destination: Side, baseline: Baseline): CheckEntry {
  const present = new Set(destination.all(kinds.secret).map(contentDigest));
  const missing = [...baseline.neededSecrets]
    .filter(([digest]) => !present.has(digest))
    .map(([, key]) => key);
  return entry(
    'secrets-on-destination',
    missing.length === 0,
    missing.length === 0
      ? `${baseline.neededSecrets.size} Secrets with their content`
      : `missing or with other content: ${shorten(missing)}`,
  );
}

function goneCheck(source: Side): CheckEntry {
  const left = [
    source.get(kinds.hostedCluster, HC_NAMESPACE, HC_NAME),
    source.get(kinds.namespace, undefined, HCP_NAMESPACE),
    ...source
      .all(kinds.nodePool, HC_NAMESPACE)
      .filter((pool) => textAt(pool, 'spec', 'clusterName') === HC_NAME),
  ].filter((object): object is KubeObject => object !== undefined);
  return entry(
    'source-removed',
    left.length === 0,
    left.length === 0
      ? 'nothing of it is left on the source'
      : `left on the source: ${left.map((object) => `${object.kind} ${keyOf(object.metadata)}`).join(', ')}`,
  );
}

/** Only what is lost is recovered from: a source that runs on would act on the same instances. */
export function failureCheck(world: World, expect: Expectation): readonly CheckEntry[] {
  const failed = world.failed.has('source');
  if (expect !== 'recovered' && !failed) return [];
  return [
    entry('source-failed', failed === (expect === 'recovered'), failed ? 'it is gone' : 'it runs'),
  ];
}

export function neighbourChecks(world: World, baseline: Baseline): readonly CheckEntry[] {
  return sidesThere(world).map((name) => {
    const side = world.sides[name];
    const now = digestsOf(side, (object) => isNeighbours(side, object));
    const different = differences(baseline.sides[name].neighbours, now);
    return entry(
      `neighbours-on-${name}`,
      different.length === 0,
      different.length === 0
        ? `${baseline.sides[name].neighbours.size} objects as before`
        : shorten(different),
    );
  });
}

/** A side that has failed cannot be asked. */
function sidesThere(world: World): readonly SideName[] {
  return sideNames.filter((name) => !world.failed.has(name));
}

export function operatorChecks(world: World, baseline: Baseline): readonly CheckEntry[] {
  return sidesThere(world).map((name) => {
    const operator = world.sides[name].get(kinds.deployment, OPERATOR_NAMESPACE, 'operator');
    const replicas = operator === undefined ? 0 : replicasOf(operator);
    const wanted = baseline.sides[name].operatorReplicas;
    return entry(
      `operator-on-${name}`,
      replicas === wanted,
      `${replicas} replicas${replicas === wanted ? ' as before' : ` instead of ${wanted}`}`,
    );
  });
}

export function unchangedChecks(world: World, baseline: Baseline): readonly CheckEntry[] {
  return [
    ...sideNames.map((name) => {
      const different = differences(
        baseline.sides[name].all,
        digestsOf(world.sides[name], () => true),
      );
      return entry(
        `${name}-as-before`,
        different.length === 0,
        different.length === 0
          ? `${baseline.sides[name].all.size} objects as before`
          : shorten(different),
      );
    }),
    leftoverCheck(world),
  ];
}

function leftoverCheck(world: World): CheckEntry {
  const left = sidesThere(world).flatMap((name) =>
    world.sides[name]
      .all(kinds.pod)
      .flatMap((pod) =>
        world.planes[name]
          .leftoverFiles(pod)
          .map((path) => `${name} ${keyOf(pod.metadata)}:${path}`),
      ),
  );
  return entry(
    'no-files-left-in-pods',
    left.length === 0,
    left.length === 0 ? 'none' : shorten(left),
  );
}

function differences(before: Digests, now: Digests): readonly string[] {
  return [
    ...[...before].flatMap(([key, digest]) => {
      const current = now.get(key);
      if (current === undefined) return [`gone: ${key}`];
      return current === digest ? [] : [`changed: ${key}`];
    }),
    ...[...now.keys()].filter((key) => !before.has(key)).map((key) => `new: ${key}`),
  ];
}
