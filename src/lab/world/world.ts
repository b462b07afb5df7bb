// What every controller of the lab is given: the clusters, AWS, and the things that are not Kubernetes objects
// (instances, volumes, load balancers, authorities). The only mutable state shared between controllers.

import type { Side, SideName } from '../cluster/side.ts';
import type { HostedPlane } from '../hosted/hosted-plane.ts';
import type { Authorities } from './authorities.ts';
import type { AwsClient } from './aws-client.ts';
import type { Instances } from './instances.ts';
import type { Intervals } from './intervals.ts';
import type { Recorder } from './recorder.ts';
import type { Settings } from './settings.ts';
import type { Zone, ZoneIds } from './zone.ts';

/** All but what stands behind the pods, which needs the rest. */
export interface WorldCore {
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly instances: Instances;
  readonly authorities: Authorities;
  readonly aws: AwsClient;
  readonly zoneIds: ZoneIds;
  readonly publicZone: Zone;
  readonly privateZone: Zone;
  readonly sides: Readonly<Record<SideName, Side>>;
  /** Sides that have failed: nothing of them answers or acts any more. */
  readonly failed: Set<SideName>;
  /** Called whenever a snapshot of our hosted cluster's etcd is taken. */
  readonly onSnapshot: (() => void)[];
  /** When each infra id's OIDC documents were last looked for. */
  readonly oidcSeen: Map<string, { readonly at: number; readonly there: boolean }>;
  /** How long things take now: short ones until the world is built. */
  intervals(): Intervals;
  /** A base delay times the lab's time scale. */
  delay(baseMs: number): number;
  log(message: string): void;
  readonly signal: AbortSignal;
}

export interface World extends WorldCore {
  readonly planes: Readonly<Record<SideName, HostedPlane>>;
}

export const sideNames: readonly SideName[] = ['source', 'destination'];
