// Checks inside the hosted cluster, through the name of its API: data key by key, nodes, the network.

import type { Client } from '../cluster/client.ts';
import { kinds } from '../cluster/kinds.ts';
import {
  conditionsOf,
  isConditionTrue,
  keyOf,
  textAt,
  type KubeObject,
} from '../cluster/objects.ts';
import type { CheckEntry } from '../lab-types.ts';
import type { Customer } from '../nodes/customer.ts';
import { objectDigest } from '../observe/object-digest.ts';
import { instanceIdOf } from '../world/instances.ts';
import type { CheckInput } from './check-world.ts';
import { entry, shorten } from './side-checks.ts';

/** Objects of the hosted cluster when it had been built, by "Kind namespace/name". */
export type HostedBaseline = ReadonlyMap<string, string>;

const DATA_KINDS = [
  kinds.namespace,
  kinds.configMap,
  kinds.secret,
  kinds.deployment,
  kinds.service,
];
/** Written by the procedure itself, for information. */
const PROCEDURE_OBJECT = 'ConfigMap default/mgmt-parent-cluster';

/** Every data object of the hosted cluster but the customer's orders, which go on changing. */
export async function hostedDigests(client: Client, customer: Customer): Promise<HostedBaseline> {
  const lists = await Promise.all(DATA_KINDS.map((kind) => client.list(kind)));
  return new Map(
    lists
      .flatMap((list) => list.items)
      .filter((object) => !customer.isOwn(object))
      .map((object) => [`${object.kind} ${keyOf(object.metadata)}`, objectDigest(object)]),
  );
}

export async function hostedChecks(input: CheckInput): Promise<readonly CheckEntry[]> {
  try {
    const data = await input.customer.holdDuring(() => dataChecks(input));
    const nodes = (await input.hosted.list(kinds.node)).items;
    return [...data, nodesCheck(input, nodes), await networkCheck(input)];
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return [entry('hosted-api-answers', false, found)];
  }
}

async function dataChecks(input: CheckInput): Promise<readonly CheckEntry[]> {
  const orders = (await input.hosted.list(kinds.configMap)).items.filter((object) =>
    input.customer.isOwn(object),
  );
  const lost = input.customer.findLost(orders);
  const now = await hostedDigests(input.hosted, input.customer);
  const different = [...input.hostedBaseline].flatMap(([key, digest]) =>
    now.get(key) === digest ? [] : [`${now.has(key) ? 'changed' : 'lost'}: ${key}`],
  );
  const added = [...now.keys()].filter(
    (key) =>
      !input.hostedBaseline.has(key) && (key !== PROCEDURE_OBJECT || input.expect === 'unchanged'),
  );
  const wrong = [...different, ...added.map((key) => `new: ${key}`)];
  return [
    entry(
      'hosted-writes-kept',
      lost.length === 0,
      lost.length === 0
        ? input.expect === 'recovered'
          ? 'everything up to one moment, and not one before the first snapshot'
          : `all of ${input.customer.acknowledgedCount()} writes that were acknowledged`
        : `lost: ${shorten(lost)}`,
    ),
    entry(
      'hosted-data-kept',
      wrong.length === 0,
      wrong.length === 0 ? `${input.hostedBaseline.size} objects as before` : shorten(wrong),
    ),
  ];
}

function nodesCheck(input: CheckInput, nodes: readonly KubeObject[]): CheckEntry {
  const ready = nodes
    .filter((node) => isConditionTrue(node, 'Ready'))
    .map((node) => instanceIdOf(textAt(node, 'spec', 'providerID')));
  const missing = input.baseline.instanceIds.filter((id) => !ready.includes(id));
  return entry(
    'nodes-ready',
    missing.length === 0,
    missing.length === 0
      ? `${ready.length} nodes ready, on the instances of before`
      : `not ready: ${shorten(missing)}`,
  );
}

async function networkCheck(input: CheckInput): Promise<CheckEntry> {
  const operator = await input.hosted.get(kinds.clusterOperator, { name: 'network' });
  const isDegraded = conditionsOf(operator).some(
    (condition) => condition.type === 'Degraded' && condition.status === 'True',
  );
  // By private link the nodes find the new control plane without their network being restarted.
  const isWrong = isDegraded && input.world.settings.endpointAccess !== 'Private';
  return entry(
    'network-connected',
    !isWrong,
    isDegraded
      ? 'OVN still holds on to the old control plane: its pods were not restarted'
      : 'OVN has found its control plane',
  );
}
