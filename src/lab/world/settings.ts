// The lab's fixed names and the options with their defaults filled in. One place, so that seeds, controllers and
// checks speak of the same things.

import { resolve } from 'node:path';
import type { SideName } from '../cluster/side.ts';
import type { EndpointAccess, LabOptions, LabPorts } from '../lab-types.ts';

export interface Settings {
  readonly dir: string;
  readonly highlyAvailable: boolean;
  readonly nodePools: number;
  readonly nodePoolReplicas: number;
  readonly neighbours: boolean;
  readonly endpointAccess: EndpointAccess;
  readonly externalDnsDead: boolean;
  readonly secrets: number;
  readonly timeScale: number;
  readonly ports: LabPorts;
}

const MAX_NODE_POOLS = 20;
const MAX_REPLICAS = 50;
const MAX_SECRETS = 2_000;

export function fillSettings(options: LabOptions): Settings {
  return {
    dir: resolve(options.dir),
    highlyAvailable: options.highlyAvailable ?? false,
    nodePools: inRange('nodePools', options.nodePools ?? 2, MAX_NODE_POOLS),
    nodePoolReplicas: inRange('nodePoolReplicas', options.nodePoolReplicas ?? 2, MAX_REPLICAS),
    neighbours: options.neighbours ?? true,
    endpointAccess: options.endpointAccess ?? 'Public',
    externalDnsDead: options.externalDnsDead ?? false,
    secrets: inRange('secrets', options.secrets ?? 24, MAX_SECRETS),
    timeScale: options.timeScale ?? 1,
    ports: options.ports ?? {},
  };
}

function inRange(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(`${name} must be a whole number from 0 to ${max}, not ${value}`);
}

export const REGION = 'us-west-1';
export const HC_NAMESPACE = 'clusters';
export const HC_NAME = 'demo-hosted';
export const INFRA_ID = 'demo-hosted-x7k2p';
export const BASE_DOMAIN = 'lab.example.com';
export const DOMAIN = `hc.${BASE_DOMAIN}`;
export const ZONE_ID = 'Z0LABPUBLICZONE01';
export const PRIVATE_ZONE_ID = 'Z0LABPRIVATEZONE1';
export const PRIVATE_DOMAIN = `${HC_NAME}.hypershift.local`;
export const BACKUP_BUCKET = `lab-backup-${REGION}`;
export const OIDC_BUCKET = `lab-oidc-${REGION}`;
export const OPERATOR_NAMESPACE = 'hypershift';
export const OWNER_IDS: Readonly<Record<SideName, string>> = {
  source: '8a6e2f0c-source',
  destination: '51d9b7e4-destination',
};
export const CLUSTER_NAMES: Readonly<Record<SideName, string>> = {
  source: 'lab-source',
  destination: 'lab-destination',
};

/** Other hosted clusters. Two of them are named so that a prefix or a "contains" takes them for ours. */
export const NEIGHBOURS: Readonly<Record<SideName, readonly string[]>> = {
  source: [`${HC_NAME}-2`, `pre-${HC_NAME}`],
  destination: ['other-hosted'],
};

/** Namespace of a hosted cluster's control plane. */
export function controlPlaneNamespace(hcNamespace: string, hcName: string): string {
  return `${hcNamespace}-${hcName.replaceAll('.', '-')}`;
}

export const HCP_NAMESPACE = controlPlaneNamespace(HC_NAMESPACE, HC_NAME);

export function infraIdOf(hcName: string): string {
  return hcName === HC_NAME ? INFRA_ID : `${hcName}-n0d3s`;
}

export function issuerUrlOf(infraId: string): string {
  return `https://${OIDC_BUCKET}.s3.${REGION}.amazonaws.com/${infraId}`;
}

/** Under which name the hosted cluster's API is reached. */
export function apiHostname(access: EndpointAccess): string {
  return access === 'Private' ? `api.${PRIVATE_DOMAIN}` : `api-${HC_NAME}.${DOMAIN}`;
}
