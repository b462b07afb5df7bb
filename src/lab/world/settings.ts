// The lab's fixed names and the options with their defaults filled in. One place, so that seeds, controllers and
// checks speak of the same things.

import { resolve } from 'node:path';
import type { SideName } from '../cluster/side.ts';
import { LabError } from '../lab-types.ts';
import type { IntervalsName } from './intervals.ts';
import type { AwsBackend, Backend, EndpointAccess, LabOptions, LabPorts } from '../lab-types.ts';

export interface Settings {
  readonly dir: string;
  readonly highlyAvailable: boolean;
  readonly nodePools: number;
  readonly nodePoolReplicas: number;
  readonly neighbours: boolean;
  readonly endpointAccess: EndpointAccess;
  readonly externalDnsDead: boolean;
  readonly secrets: number;
  readonly intervals: IntervalsName;
  readonly timeScale: number;
  readonly ports: LabPorts;
  readonly backend: Backend;
  readonly aws: AwsBackend;
  /** Absolute. */
  readonly crds: string | undefined;
  readonly newerDestination: boolean;
  readonly audit: boolean;
}

/** Whole numbers from 0 to these. */
export const MOST = { nodePools: 20, nodePoolReplicas: 50, secrets: 2_000 } as const;

export function fillSettings(options: LabOptions): Settings {
  checkTogether(options);
  return {
    dir: resolve(options.dir),
    highlyAvailable: options.highlyAvailable ?? false,
    nodePools: inRange('nodePools', options.nodePools ?? 2),
    nodePoolReplicas: inRange('nodePoolReplicas', options.nodePoolReplicas ?? 2),
    neighbours: options.neighbours ?? true,
    endpointAccess: options.endpointAccess ?? 'Public',
    externalDnsDead: options.externalDnsDead ?? false,
    secrets: inRange('secrets', options.secrets ?? 24),
    ...paceOf(options),
    ports: options.ports ?? {},
    backend: options.backend ?? 'embedded',
    aws: options.aws ?? 'embedded',
    crds: options.crds === undefined ? undefined : resolve(options.crds),
    newerDestination: options.newerDestination ?? false,
    audit: options.audit ?? false,
  };
}

function paceOf(options: LabOptions): Pick<Settings, 'intervals' | 'timeScale'> {
  return { intervals: options.intervals ?? 'short', timeScale: options.timeScale ?? 1 };
}

function checkTogether(options: LabOptions): void {
  if (options.newerDestination === true && options.crds === undefined) {
    throw new LabError(
      "A newer destination needs the real definitions: the lab's own know one version of Cluster API only",
      'Name a folder with them after --crds',
    );
  }
}

function inRange(name: keyof typeof MOST, value: number): number {
  if (isCount(name, value)) return value;
  throw new RangeError(`${name} must be a whole number from 0 to ${MOST[name]}, not ${value}`);
}

export function isCount(name: keyof typeof MOST, value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MOST[name];
}

export const REGION = 'us-west-1';
export const HC_NAMESPACE = 'clusters';
export const HC_NAME = 'demo-hosted';
export const INFRA_ID = 'demo-hosted-x7k2p';
export const BASE_DOMAIN = 'lab.example.com';
export const DOMAIN = `hc.${BASE_DOMAIN}`;
export const PRIVATE_DOMAIN = `${HC_NAME}.hypershift.local`;
export const BACKUP_BUCKET = `lab-backup-${REGION}`;
export const OIDC_BUCKET = `lab-oidc-${REGION}`;
/** What every hosted cluster and node pool runs. */
export const RELEASE = {
  version: '4.18.0',
  image: 'quay.io/openshift-release-dev/ocp-release:4.18.0-x86_64',
} as const;
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
