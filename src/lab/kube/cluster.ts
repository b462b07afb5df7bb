/*
 * The parts of one API server that its handlers share: store, resource list, clock and identity. No global
 * state: several servers live in one process without knowing of each other.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { Conversions } from './conversions.ts';
import { ResourceRegistry } from './resource-registry.ts';
import { Storage } from './storage.ts';

/** One API server's state. */
export interface Cluster {
  readonly storage: Storage;
  readonly registry: ResourceRegistry;
  readonly conversions: Conversions;
  readonly version: string;
  now(): Date;
}

export function createCluster(options: {
  version: string;
  now: () => Date;
  historyLimit?: number;
}): Cluster {
  return {
    storage: new Storage(
      options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit },
    ),
    registry: new ResourceRegistry(),
    conversions: new Conversions(),
    version: options.version,
    now: options.now,
  };
}

export function newUid(): string {
  return randomUUID();
}

/** The alphabet of generated names (k8s.io/apimachinery/pkg/util/rand): no vowels, no look-alikes. */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;

/** The random end of a generated name. */
export function nameSuffix(): string {
  return Array.from(
    { length: suffixLength },
    () => suffixAlphabet[randomInt(suffixAlphabet.length)],
  ).join('');
}

/** A time as the API writes it: seconds, UTC. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
