// Starts the lab: a world is built, what it looks like is remembered, and from then on what goes wrong is recorded.

import { checkWorld } from './check/check-world.ts';
import { hostedDigests } from './check/hosted-checks.ts';
import { renderKubeconfig } from './cluster/kubeconfig.ts';
import { deferred } from './cluster/deferred.ts';
import { startControlServer } from './daemon/control-server.ts';
import { claimFolder, markRunning, releaseFolder } from './daemon/state-files.ts';
import type { Lab, LabOptions } from './lab-types.ts';
import { takeBaseline } from './observe/baseline.ts';
import { Observers } from './observe/observers.ts';
import { buildWorld } from './start/build-world.ts';
import { Closers } from './start/closers.ts';
import { failSide } from './start/fail-side.ts';
import { labStatus } from './start/lab-status.ts';
import { startLoop } from './start/run-controllers.ts';
import { newToken, startWorld } from './start/start-world.ts';
import { writeLabFiles } from './start/write-files.ts';
import { CLUSTER_NAMES, fillSettings, INFRA_ID, type Settings } from './world/settings.ts';

const LOOK_MS = 250;
const LOOK_AT_AWS_MS = 1_500;

/**
 * Resolves when everything runs and nothing moves any more. Throws LabError when a lab already runs in the folder, a
 * port is taken, or the world cannot be built; whatever was started by then is stopped again.
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const settings = fillSettings(options);
  await claimFolder(settings.dir);
  const closers = new Closers();
  try {
    return await start(settings, closers);
  } catch (error) {
    await closers.closeAll().catch(() => undefined);
    await releaseFolder(settings.dir);
    throw error;
  }
}

async function start(settings: Settings, closers: Closers): Promise<Lab> {
  const startedAt = new Date().toISOString();
  const started = await startWorld(settings, closers);
  const { world } = started;
  const built = await buildWorld(world, closers, started);
  const { hosted, kubelets, customer } = built;

  const baseline = await takeBaseline(world, INFRA_ID);
  const hostedBaseline = await customer.holdDuring(() => hostedDigests(hosted, customer));
  const observers = new Observers(world, baseline, kubelets);
  world.recorder.arm();
  started.takeUpIntervals();
  observers.start();
  void startLoop(world, { name: 'look', everyMs: LOOK_MS, reconcile: () => observers.look() });
  void startLoop(world, {
    name: 'look at AWS',
    everyMs: LOOK_AT_AWS_MS,
    reconcile: () => observers.lookAtAws(),
  });

  const { files, env } = await writeLabFiles(settings, {
    sourceKubeconfig: renderKubeconfig(CLUSTER_NAMES.source, started.source.connection),
    destinationKubeconfig: renderKubeconfig(
      CLUSTER_NAMES.destination,
      started.destination.connection,
    ),
    hostedKubeconfig: renderKubeconfig('hosted', built.hostedConnection),
    ca: started.ca,
    awsCredentials: started.awsCredentials,
    awsUrl: started.awsUrl,
    publicZoneId: world.zoneIds.public,
  });
  const closed = deferred<void>();
  let stopping: Promise<void> | undefined;
  const lab: Lab = {
    dir: settings.dir,
    files,
    env,
    status: () => labStatus(world, kubelets, startedAt),
    check: (asked) =>
      checkWorld({
        world,
        baseline,
        hostedBaseline,
        customer,
        hosted,
        expect: asked?.expect ?? 'migrated',
      }),
    violations: () => world.recorder.all(),
    fail: (side) => failSide(world, side, { closers: started.sideClosers[side], customer }),
    down() {
      stopping ??= stop(settings, closers, () => closed.resolve(undefined));
      return stopping;
    },
    closed: closed.promise,
  };
  await openControl(lab, settings, closers, startedAt);
  return lab;
}

async function openControl(
  lab: Lab,
  settings: Settings,
  closers: Closers,
  startedAt: string,
): Promise<void> {
  const token = newToken();
  const control = await startControlServer(
    {
      status: () => lab.status(),
      check: (options) => lab.check(options),
      violations: () => lab.violations(),
      fail: (side) => lab.fail(side),
      requestDown: () => void lab.down(),
    },
    { port: settings.ports.control ?? 0, token },
  );
  closers.add('control endpoint', () => control.close());
  await markRunning(
    settings.dir,
    { format: 1, pid: process.pid, controlPort: control.port, startedAt },
    token,
  );
}

async function stop(settings: Settings, closers: Closers, done: () => void): Promise<void> {
  try {
    await closers.closeAll();
  } finally {
    await releaseFolder(settings.dir);
    done();
  }
}
