// Lets the operators build what the seeds ask for, and waits until the world stands still: every hosted cluster available,
// every node connected, every name published. Only then does the rehearsal begin.

import { createClient, type Client } from '../cluster/client.ts';
import { kinds } from '../cluster/kinds.ts';
import { isConditionTrue, keyOf, numberAt } from '../cluster/objects.ts';
import type { Connection } from '../cluster/kubeconfig.ts';
import { endpointsOf } from '../controllers/dns/desired-records.ts';
import { rootCa } from '../hosted/control-plane-pods.ts';
import { startFrontDoor } from '../hosted/front-door.ts';
import { Customer } from '../nodes/customer.ts';
import { HostedControllers } from '../nodes/hosted-controllers.ts';
import { Kubelets } from '../nodes/kubelets.ts';
import { neighbourSeeds, ourSeed, seedHostedCluster } from '../seed/hosted-clusters.ts';
import { seedHostedContent } from '../seed/hosted-content.ts';
import { seedManagementCluster } from '../seed/management-cluster.ts';
import { apiHostname, DOMAIN, INFRA_ID, OPERATOR_NAMESPACE } from '../world/settings.ts';
import { sideNames, type World } from '../world/world.ts';
import type { Closers } from './closers.ts';
import { startControllers, startLoop } from './run-controllers.ts';
import type { StartedWorld } from './start-world.ts';
import { waitUntil } from './wait-until.ts';

const HEARTBEAT_MS = 700;
const HOSTED_CONTROLLERS_MS = 500;
const CUSTOMER_MS = 300;
const QUIET_MS = 300;

export interface BuiltWorld {
  readonly hostedConnection: Connection;
  /** Through the hosted API's name. */
  readonly hosted: Client;
  readonly kubelets: Kubelets;
  readonly customer: Customer;
}

export async function buildWorld(
  world: World,
  closers: Closers,
  { hostedToken, sideClosers }: Pick<StartedWorld, 'hostedToken' | 'sideClosers'>,
): Promise<BuiltWorld> {
  const { settings, sides } = world;
  const publicZoneId = world.zoneIds.public;
  const frontDoor = await startFrontDoor(world, settings.ports.frontDoor ?? 0);
  closers.add('front door', () => frontDoor.close());
  await Promise.all(sideNames.map((name) => seedManagementCluster(sides[name])));
  startControllersOf(world, sideClosers);
  await Promise.all([
    seedHostedCluster(sides.source, ourSeed(settings, publicZoneId)),
    ...(settings.neighbours
      ? sideNames.flatMap((name) =>
          neighbourSeeds(sides[name], publicZoneId).map((seed) =>
            seedHostedCluster(sides[name], seed),
          ),
        )
      : []),
  ]);
  await waitUntil('the hosted API serves', () =>
    world.planes.source.api.isServing() ? undefined : 'no ready kube-apiserver pod',
  );
  const hostname = apiHostname(settings.endpointAccess);
  const hostedConnection: Connection = {
    server: `https://127.0.0.1:${frontDoor.port}`,
    ca: rootCa(sides.source) ?? '',
    token: hostedToken,
    tlsServerName: hostname,
  };
  const hosted = createClient(hostedConnection);
  closers.add('hosted client', () => Promise.resolve(hosted.close()));
  await waitUntil('the API name leads to the source', async () =>
    (await hosted.raw('/readyz').catch(() => undefined)) === undefined ? hostname : undefined,
  );
  await seedHostedContent(hosted);
  const customer = new Customer(hosted);
  world.onSnapshot.push(() => customer.noteSnapshot());
  await customer.seed();
  const kubelets = new Kubelets(world, hosted, INFRA_ID);
  startHostedLoops(world, closers, { hosted, kubelets, customer, hostedConnection });
  await waitUntil('the world is built', () => whatIsMissing(world, kubelets));
  await killExternalDns(world);
  await waitUntilQuiet(world);
  return { hostedConnection, hosted, kubelets, customer };
}

function startControllersOf(world: World, closers: StartedWorld['sideClosers']): void {
  for (const name of sideNames) {
    const loops = startControllers(world, name, closers[name].signal);
    closers[name].add('controller loops', async () => {
      await Promise.all(loops);
    });
  }
}

function startHostedLoops(world: World, closers: Closers, built: BuiltWorld): void {
  const { ca, token, tlsServerName = '' } = built.hostedConnection;
  for (const name of sideNames) {
    const controllers = new HostedControllers(world, name, { ca, token, hostname: tlsServerName });
    closers.add('hosted controllers', () => Promise.resolve(controllers.close()));
    void startLoop(world, {
      name: `hosted controllers on ${name}`,
      everyMs: HOSTED_CONTROLLERS_MS,
      reconcile: () => controllers.reconcile(),
    });
  }
  void startLoop(world, {
    name: 'kubelets',
    everyMs: HEARTBEAT_MS,
    reconcile: () => built.kubelets.report(),
  });
  void startLoop(world, {
    name: 'customer',
    everyMs: CUSTOMER_MS,
    reconcile: () => built.customer.write(),
  });
}

async function whatIsMissing(world: World, kubelets: Kubelets): Promise<string | undefined> {
  for (const name of sideNames) {
    const side = world.sides[name];
    const waiting = [
      ...side.all(kinds.hostedCluster).filter((object) => !isConditionTrue(object, 'Available')),
      ...side.all(kinds.nodePool).filter((object) => !isConditionTrue(object, 'AllMachinesReady')),
      ...side
        .all(kinds.deployment)
        .filter(
          (object) =>
            numberAt(object, 'status', 'readyReplicas') !== numberAt(object, 'spec', 'replicas'),
        ),
    ];
    if (waiting[0] !== undefined) {
      return `${name} ${waiting[0].kind} ${keyOf(waiting[0].metadata)}`;
    }
  }
  const hasNodes = world.instances.all(INFRA_ID).length > 0;
  if (hasNodes && !kubelets.allConnected()) return 'a node is not connected';
  return missingName(world);
}

async function missingName(world: World): Promise<string | undefined> {
  const records = await world.publicZone.records();
  const wanted = sideNames.flatMap((name) => {
    const side = world.sides[name];
    return endpointsOf(side.all(kinds.route), side.all(kinds.service), [DOMAIN]);
  });
  return wanted.find(({ hostname }) => !records.some((record) => record.name === hostname))
    ?.hostname;
}

/** It has published its records, and then it died. */
async function killExternalDns(world: World): Promise<void> {
  if (!world.settings.externalDnsDead) return;
  const { source } = world.sides;
  const deployment = source.get(kinds.deployment, OPERATOR_NAMESPACE, 'external-dns');
  if (deployment !== undefined) {
    await source.patch(kinds.deployment, deployment, { spec: { replicas: 0 } });
  }
  await waitUntil(
    'external-dns is dead',
    () =>
      source
        .all(kinds.pod, OPERATOR_NAMESPACE)
        .find((pod) => pod.metadata.name.startsWith('external-dns'))?.metadata.name,
  );
}

async function waitUntilQuiet(world: World): Promise<void> {
  let lastChange = Date.now();
  for (const name of sideNames) {
    world.sides[name].onChange(() => {
      lastChange = Date.now();
    });
  }
  await waitUntil('the world stands still', () =>
    Date.now() - lastChange >= QUIET_MS ? undefined : 'objects still change',
  );
}
