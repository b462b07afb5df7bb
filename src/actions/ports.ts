// What actions need of the world, in our words: no SDK type crosses these interfaces, and every method is used by an
// action. Adapters implement them; `readers` are separate objects without any writing method.
//
// Errors of all ports are DrctlError with a CLIENT_* code; `retryable` says whether a later attempt may succeed.

import type { ArtifactReader, ArtifactStore, Ports } from '../engine/index.ts';
import type { Consequence } from './ports/consequence.ts';
import type { ZoneClient, ZoneReader } from './ports/dns.ts';
import type { EtcdClient, EtcdReader } from './ports/etcd.ts';
import type { FileReader } from './ports/files.ts';
import type { KubeClient, KubeReader } from './ports/kube.ts';
import type { BucketClient, BucketReader } from './ports/s3.ts';

export type * from './ports/consequence.ts';
export type * from './ports/dns.ts';
export type * from './ports/etcd.ts';
export type * from './ports/files.ts';
export type * from './ports/kube.ts';
export type * from './ports/s3.ts';

/** Connections are opened on first use and shared. The argument is the runbook's name of the target. */
export interface DrReaders {
  kube(target: string): Promise<KubeReader>;
  etcd(target: string): Promise<EtcdReader>;
  s3(target: string): Promise<BucketReader>;
  dns(target: string): Promise<ZoneReader>;
  readonly artifacts: ArtifactReader;
  readonly files: FileReader;
}

export interface DrClients {
  kube(target: string): Promise<KubeClient>;
  etcd(target: string): Promise<EtcdClient>;
  s3(target: string): Promise<BucketClient>;
  dns(target: string): Promise<ZoneClient>;
  readonly artifacts: ArtifactStore;
  readonly files: FileReader;
}

export interface DrPorts extends Ports {
  readonly readers: DrReaders;
  readonly clients: DrClients;
  readonly consequence: Consequence;
}
