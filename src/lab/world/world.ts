// What every controller of the lab is given: the clusters, AWS, and the things that are not Kubernetes objects
// (instances, volumes, load balancers, authorities). The only mutable state shared between controllers.

import type { Side, SideName } from '../cluster/side.ts';
import type { HostedApi } from '../hosted/hosted-api.ts';
import type { Authorities } from './authorities.ts';
import type { AwsClient } from './aws-client.ts';
import type { EtcdStores } from './etcd-stores.ts';
import type { Instances } from './instances.ts';
import type { Recorder } from './recorder.ts';
import type { Settings } from './settings.ts';
import type { Zone } from './zone.ts';

export interface World {
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly instances: Instances;
  readonly stores: EtcdStores;
  readonly authorities: Authorities;
  readonly aws: AwsClient;
  readonly publicZone: Zone;
  readonly privateZone: Zone;
  readonly sides: Readonly<Record<SideName, Side>>;
  readonly hostedApis: Readonly<Record<SideName, HostedApi>>;
  /** When each infra id's OIDC documents were last looked for. */
  readonly oidcSeen: Map<string, { readonly at: number; readonly there: boolean }>;
  /** Files inside pods, by pod uid. */
  readonly podFiles: Map<string, Map<string, Buffer>>;
  /** A base delay times the lab's time scale. */
  delay(baseMs: number): number;
  log(message: string): void;
  readonly signal: AbortSignal;
}

export const sideNames: readonly SideName[] = ['source', 'destination'];
