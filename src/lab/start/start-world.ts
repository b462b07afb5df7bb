// Servers up, controllers running: an empty world of two management clusters and AWS. What is in it comes afterwards.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SideName } from '../cluster/side.ts';
import { startConversionWebhook } from '../conversion/index.ts';
import { logsFolder, removeServerData } from '../daemon/state-files.ts';
import { ChildProcesses, findBinaries } from '../envtest/index.ts';
import { EmbeddedPlane } from '../hosted/embedded/embedded-plane.ts';
import { EnvtestPlane } from '../hosted/envtest/envtest-plane.ts';
import type { HostedPlane } from '../hosted/hosted-plane.ts';
import { createCertificateAuthority, type CertificateAuthority } from '../tls/index.ts';
import { Authorities } from '../world/authorities.ts';
import { intervalsOf } from '../world/intervals.ts';
import { Instances } from '../world/instances.ts';
import { openLabLog } from '../world/lab-log.ts';
import { loadDefinitions } from '../world/load-definitions.ts';
import { Recorder } from '../world/recorder.ts';
import type { Settings } from '../world/settings.ts';
import { definitionsFor, type ConversionEndpoint } from '../world/side-definitions.ts';
import { sideNames, type World, type WorldCore } from '../world/world.ts';
import { openZone } from '../world/zone.ts';
import { Closers } from './closers.ts';
import type { ClusterOptions, ManagementCluster } from './management-cluster.ts';
import { startAws } from './start-aws.ts';
import { startEmbeddedCluster } from './start-embedded-cluster.ts';
import { startEnvtestCluster } from './start-envtest-cluster.ts';

export interface StartedWorld {
  readonly world: World;
  readonly source: ManagementCluster;
  readonly destination: ManagementCluster;
  /** What runs of one side only: closed when that side fails, at the latest when the lab ends. */
  readonly sideClosers: Readonly<Record<SideName, Closers>>;
  readonly ca: string;
  readonly awsUrl: string;
  readonly awsCredentials: string;
  readonly hostedToken: string;
  /** From here on things take as long as the settings say. */
  takeUpIntervals(): void;
}

/** Starts one management cluster, and what stands behind its pods. */
interface Backend {
  startCluster(options: ClusterOptions): Promise<ManagementCluster>;
  createPlane(world: WorldCore, name: SideName, token: string): HostedPlane;
}

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

export async function startWorld(settings: Settings, closers: Closers): Promise<StartedWorld> {
  const real = settings.crds === undefined ? undefined : await loadDefinitions(settings.crds);
  const log = openLabLog(join(settings.dir, 'lab.log'));
  closers.add('log', () => Promise.resolve(log.close()));
  closers.add('server data', () => removeServerData(settings.dir));
  const processes = new ChildProcesses(logsFolder(settings.dir));
  closers.add('processes', () => processes.close());
  const backend = chooseBackend(settings, processes);
  const authority = await createCertificateAuthority({ name: 'drctl lab' });
  const aws = await startAws(authority, settings, processes);
  closers.add('AWS', () => aws.close());
  const hostedToken = newToken();
  // Exec asks for the world only when somebody runs a command, and by then it is there.
  let world: World | undefined;
  const worldOf = (): World => {
    if (world === undefined) throw new Error('the lab is still starting');
    return world;
  };
  const common = {
    settings,
    authority,
    tokens: { admin: newToken(), controllers: newToken() },
    closers,
    log: (message: string) => log.write(message),
    world: worldOf,
  };
  const newerDestination = await conversionFor(settings, closers, authority);
  const choice = { real, newerDestination };
  const sideClosers = { source: new Closers(), destination: new Closers() };
  const start = (name: SideName): Promise<ManagementCluster> => {
    closers.add(name, () => sideClosers[name].closeAll());
    return backend.startCluster({
      ...common,
      closers: sideClosers[name],
      name,
      definitions: definitionsFor(name, choice),
    });
  };
  const [source, destination] = await both(start('source'), start('destination'));
  const recorder = new Recorder();
  let intervals = intervalsOf('short', settings.timeScale);
  const core: WorldCore = {
    settings,
    recorder,
    instances: new Instances(recorder),
    authorities: new Authorities(),
    aws: aws.client,
    zoneIds: aws.zoneIds,
    publicZone: openZone(aws.client, aws.zoneIds.public),
    privateZone: openZone(aws.client, aws.zoneIds.private),
    sides: { source: source.side, destination: destination.side },
    failed: new Set(),
    onSnapshot: [],
    oidcSeen: new Map(),
    intervals: () => intervals,
    delay: (baseMs) => baseMs * settings.timeScale,
    log: common.log,
    signal: closers.signal,
  };
  const planes = {
    source: backend.createPlane(core, 'source', hostedToken),
    destination: backend.createPlane(core, 'destination', hostedToken),
  };
  for (const name of sideNames) {
    sideClosers[name].add('hosted API', () => planes[name].close());
  }
  world = { ...core, planes };
  return {
    world,
    source,
    destination,
    sideClosers,
    ca: authority.cert,
    awsUrl: aws.url,
    awsCredentials: aws.credentialsFile,
    hostedToken,
    takeUpIntervals: () => {
      intervals = intervalsOf(settings.intervals, settings.timeScale);
    },
  };
}

/** Undefined: both sides serve Cluster API in one version. */
async function conversionFor(
  settings: Settings,
  closers: Closers,
  authority: CertificateAuthority,
): Promise<ConversionEndpoint | undefined> {
  if (!settings.newerDestination) return undefined;
  const webhook = await startConversionWebhook(authority);
  closers.add('conversion webhook', () => webhook.close());
  return { url: webhook.url, ca: authority.cert };
}

/** When one fails the other still comes to its end, so that all that was started is known to the closers. */
async function both<T>(one: Promise<T>, other: Promise<T>): Promise<readonly [T, T]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

/** LabError when the programs that it needs are missing. */
function chooseBackend(settings: Settings, processes: ChildProcesses): Backend {
  if (settings.backend === 'embedded') {
    return {
      startCluster: startEmbeddedCluster,
      createPlane: (world, name, token) => new EmbeddedPlane(world, world.sides[name], token),
    };
  }
  const binaries = findBinaries();
  return {
    startCluster: (options) => startEnvtestCluster({ ...options, binaries, processes }),
    createPlane: (world, name, token) =>
      new EnvtestPlane({ world, side: world.sides[name], token, binaries, processes }),
  };
}
