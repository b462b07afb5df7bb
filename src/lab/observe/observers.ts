// Watches the world for what must not happen, from the moment it has been built. Observers only look: nothing here can
// prevent anything, just as on the day it is real.

import type { CacheEvent } from '../cluster/cache.ts';
import { kinds } from '../cluster/kinds.ts';
import { isConditionTrue, keyOf, textAt, type KubeObject } from '../cluster/objects.ts';
import type { Side } from '../cluster/side.ts';
import { hasObject, oidcKeys } from '../controllers/hypershift/oidc.ts';
import { operatorRuns } from '../controllers/hypershift/operator.ts';
import { pauseOf } from '../controllers/hypershift/pause.ts';
import { isTerminating } from '../controllers/workloads/pods.ts';
import { lookUpApi } from '../hosted/front-door.ts';
import type { Kubelets } from '../nodes/kubelets.ts';
import { HC_NAME, HC_NAMESPACE, HCP_NAMESPACE, INFRA_ID } from '../world/settings.ts';
import { sideNames, type World } from '../world/world.ts';
import { entryKey, type Baseline } from './baseline.ts';
import { contentDigest, objectDigest } from './object-digest.ts';

export class Observers {
  private destinationServes = false;
  private readonly world: World;
  private readonly baseline: Baseline;
  private readonly kubelets: Kubelets;

  constructor(world: World, baseline: Baseline, kubelets: Kubelets) {
    this.world = world;
    this.baseline = baseline;
    this.kubelets = kubelets;
  }

  /** Every change of an object, as it happens. */
  start(): void {
    for (const name of sideNames) {
      const side = this.world.sides[name];
      side.onChange((event) => {
        this.watchNeighbours(side, event);
        if (name === 'source') this.watchDeletion(event);
        else this.watchSecrets(event);
        this.watchVolumes(side, event);
      });
    }
  }

  /** What shows only by looking again and again. */
  async look(): Promise<void> {
    this.watchActivity();
    this.destinationServes = await this.isServedByDestination();
  }

  /** The same for AWS, where looking costs requests. */
  async lookAtAws(): Promise<void> {
    for (const key of oidcKeys(INFRA_ID)) {
      if (!(await hasObject(this.world, key))) {
        this.world.recorder.record(
          'oidc-removed',
          key,
          'An OIDC document of the hosted cluster was removed from its bucket: its operators lose their AWS identity',
        );
      }
    }
    const records = await this.world.publicZone.records();
    for (const foreign of this.baseline.foreignRecords) {
      const now = records.find(
        (record) => record.name === foreign.name && record.type === foreign.type,
      );
      if (JSON.stringify(now) === JSON.stringify(foreign)) continue;
      this.world.recorder.record(
        'neighbour-dns-touched',
        `${foreign.type} ${foreign.name}`,
        `A DNS record that belongs to others was ${now === undefined ? 'removed' : 'changed'}`,
      );
    }
  }

  private watchNeighbours(side: Side, { type, object }: CacheEvent): void {
    const key = entryKey(object);
    const before = this.baseline.sides[side.name].neighbours.get(key);
    if (before === undefined) return;
    if (type !== 'deleted' && objectDigest(object) === before) return;
    this.world.recorder.record(
      'neighbour-touched',
      `${side.name} ${key}`,
      `An object that belongs to another hosted cluster was ${type === 'deleted' || isTerminating(object) ? 'deleted' : 'changed'}`,
    );
  }

  private watchDeletion({ type, object }: CacheEvent): void {
    const isOurs =
      (object.kind === 'HostedCluster' &&
        keyOf(object.metadata) === `${HC_NAMESPACE}/${HC_NAME}`) ||
      (object.kind === 'HostedControlPlane' && object.metadata.namespace === HCP_NAMESPACE) ||
      (object.kind === 'Namespace' && object.metadata.name === HCP_NAMESPACE);
    if (!isOurs || this.destinationServes) return;
    if (type !== 'deleted' && !isTerminating(object)) return;
    this.world.recorder.record(
      'source-deleted-early',
      `source ${entryKey(object)}`,
      'It was deleted before the destination served: hosted cluster available, and every node ready through the API name',
    );
  }

  private watchSecrets({ kind, type, object }: CacheEvent): void {
    if (kind !== kinds.secret || type === 'deleted') return;
    const original = this.baseline.forbiddenSecrets.get(contentDigest(object));
    if (original === undefined) return;
    this.world.recorder.record(
      'secret-travelled',
      `destination ${keyOf(object.metadata)}`,
      `Secret ${original} of the source must not be on the destination`,
    );
  }

  private watchVolumes(side: Side, { kind, type, object }: CacheEvent): void {
    if (kind !== kinds.volumeClaim || type !== 'deleted') return;
    const held = this.world.planes[side.name].dropVolume(object.metadata.uid ?? '');
    const isSource = side.name === 'source' && object.metadata.namespace === HCP_NAMESPACE;
    if (!held || !isSource || this.destinationServes) return;
    this.world.recorder.record(
      'etcd-data-destroyed',
      `source ${keyOf(object.metadata)}`,
      'A volume with the source’s etcd data was deleted before the destination served',
    );
  }

  private watchActivity(): void {
    const serving = sideNames.filter((name) => this.world.planes[name].api.isServing());
    const active = sideNames.filter(
      (name) => !this.world.failed.has(name) && isActive(this.world.sides[name]),
    );
    if (serving.length > 1 || active.length > 1) {
      this.world.recorder.record(
        'both-sides-active',
        `${HC_NAMESPACE}/${HC_NAME}`,
        serving.length > 1
          ? 'Both sides served the hosted API at once: two databases for one cluster'
          : 'The hosted cluster was not paused on either side while both operators ran: both act on the same instances',
      );
    }
  }

  private async isServedByDestination(): Promise<boolean> {
    const side = this.world.sides.destination;
    const hostedCluster = side.get(kinds.hostedCluster, HC_NAMESPACE, HC_NAME);
    return (
      isConditionTrue(hostedCluster, 'Available') &&
      this.world.planes.destination.api.isServing() &&
      this.kubelets.allConnected() &&
      (await lookUpApi(this.world)) === 'destination'
    );
  }
}

function isActive(side: Side): boolean {
  const hostedCluster: KubeObject | undefined = side.get(
    kinds.hostedCluster,
    HC_NAMESPACE,
    HC_NAME,
  );
  return (
    hostedCluster !== undefined &&
    !isTerminating(hostedCluster) &&
    operatorRuns(side) &&
    !pauseOf(textAt(hostedCluster, 'spec', 'pausedUntil'), Date.now()).paused
  );
}
