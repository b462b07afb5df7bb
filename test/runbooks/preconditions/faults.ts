// For each precondition of the shipped runbooks a world that it must refuse, and what it must say was found there.

import type { JsonObject } from '../../../src/engine/index.ts';
import type { KubeObject } from '../../../src/actions/ports.ts';
import { OIDC_BUCKET, OWNER_IDS } from '../../../src/lab/world/settings.ts';
import { added, both, changed, etcd, patched, s3, unserved } from './altered-readers.ts';
import type { Alteration } from './altered-readers.ts';

export interface Fault {
  readonly alter?: Alteration;
  readonly env?: Readonly<Record<string, string>>;
  readonly unavailable?: readonly string[];
  /** A part of what the check says. */
  readonly found: string;
}

const ours = 'demo-hosted';
const hypershift = 'hypershift.openshift.io/v1beta1';
const deleting = '2026-12-01T00:00:00Z';

const cluster = (patch: JsonObject): Alteration =>
  changed('source', 'HostedCluster', patched(patch, ours));

const pool = (patch: JsonObject): Alteration => changed('source', 'NodePool', patched(patch));

/** How the services of the hosted cluster are published, where it is this one. */
const service = (name: string, strategy: JsonObject): Alteration =>
  changed('source', 'HostedCluster', (object) => {
    const { services, ...spec } = object['spec'] as JsonObject & { services: JsonObject[] };
    const others = services.filter((one) => one['service'] !== name);
    const own = { service: name, servicePublishingStrategy: strategy };
    return { ...object, spec: { ...spec, services: [...others, own] } };
  });

const args = (target: string, name: string, change: (given: string[]) => string[]): Alteration =>
  changed(target, 'Deployment', (object) => {
    if (object.metadata.name !== name) return object;
    const spec = object['spec'] as { template: { spec: { containers: { args: string[] }[] } } };
    const [container] = spec.template.spec.containers;
    const containers = [{ ...container, args: change(container?.args ?? []) }];
    return patched({ spec: { template: { spec: { containers } } } })(object);
  });

const without = (beginning: string) => (given: string[]) =>
  given.filter((one) => !one.startsWith(beginning));

const stopped = (target: string, name: string): Alteration =>
  changed(target, 'Deployment', patched({ status: { availableReplicas: null } }, name));

const supporting = (versions: readonly string[]): Alteration =>
  changed(
    'destination',
    'ConfigMap',
    patched({ data: { 'supported-versions': JSON.stringify({ versions }) } }),
  );

function firstMissing(): (object: KubeObject) => KubeObject | undefined {
  let missing: string | undefined;
  return (object) => {
    missing ??= object.metadata.name;
    return object.metadata.name === missing ? undefined : object;
  };
}

const there = (apiVersion: string, kind: string, name: string, rest: JsonObject = {}): Alteration =>
  added('destination', {
    apiVersion,
    kind,
    ...rest,
    metadata: { name, namespace: 'clusters' },
  });

const sick = (pod?: string): Alteration =>
  etcd((reader) => ({
    status: async (member, signal) =>
      pod === undefined || member.pod === pod
        ? { pod: member.pod, healthy: false, because: 'no leader' }
        : reader.status(member, signal),
  }));

/** By id of the check, which is the same in every runbook that asks it. */
export const faults: Readonly<Record<string, Fault>> = {
  'hosted-cluster-on-source': {
    alter: cluster({ metadata: { deletionTimestamp: deleting } }),
    found: 'object.metadata.deletionTimestamp is',
  },
  'hosted-cluster-in-region': {
    alter: cluster({ spec: { platform: { aws: { region: 'eu-west-1' } } } }),
    found: 'object.spec.platform.aws.region is "eu-west-1"',
  },
  'api-has-fixed-hostname': {
    alter: service('APIServer', { type: 'LoadBalancer' }),
    found: '"servicePublishingStrategy"',
  },
  'services-have-fixed-hostnames': {
    alter: service('OAuthServer', { type: 'Route' }),
    found: 'object.spec.services is',
  },
  'names-in-domain': {
    alter: service('OAuthServer', { type: 'Route', route: { hostname: 'oauth.example.org' } }),
    found: 'object.spec.services is',
  },
  'etcd-is-managed': {
    alter: cluster({ spec: { etcd: { managementType: 'Unmanaged' } } }),
    found: 'object.spec.etcd.managementType is "Unmanaged"',
  },
  'no-cleanup-of-cloud-resources': {
    alter: cluster({
      metadata: { annotations: { 'hypershift.openshift.io/cleanup-cloud-resources': 'true' } },
    }),
    found:
      'object.metadata.annotations[\'hypershift.openshift.io/cleanup-cloud-resources\'] is "true"',
  },
  'hosted-cluster-not-paused': {
    alter: pool({ spec: { pausedUntil: '2030-01-01T00:00:00Z' } }),
    found: 'others.pools is 2: demo-hosted-us-west-1a',
  },
  'no-upgrade-under-way': {
    alter: cluster({ status: { version: { history: [{ state: 'Partial', version: '4.18.1' }] } } }),
    found: 'object.status.version.history[0].state is "Partial"',
  },
  'oidc-documents-valid': {
    alter: cluster({
      status: { conditions: [{ type: 'ValidOIDCConfiguration', status: 'False' }] },
    }),
    found: '"status":"False"',
  },
  'control-plane-on-source': {
    alter: changed('source', 'HostedControlPlane', () => undefined),
    found: 'demo-hosted not found',
  },
  'volumes-survive-scaling': {
    alter: changed(
      'source',
      'StatefulSet',
      patched({ spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } } }),
    ),
    found:
      'StatefulSet clusters-demo-hosted/etcd (o.spec.persistentVolumeClaimRetentionPolicy.whenScaled is "Delete")',
  },
  'node-pools-stay': {
    alter: pool({ metadata: { deletionTimestamp: deleting } }),
    found: 'found 2 of 2 otherwise: NodePool clusters/demo-hosted-us-west-1a',
  },
  'node-pools-settled': {
    alter: pool({ status: { replicas: 1 } }),
    found: '(o.spec.replicas is 2, o.status.replicas is 1)',
  },
  'instances-are-known': {
    alter: changed(
      'source',
      'AWSMachine',
      patched({ spec: { instanceID: null, providerID: null } }),
    ),
    found: 'o.spec.instanceID is absent',
  },
  'machines-are-whole': {
    alter: changed('source', 'AWSMachine', firstMissing()),
    found: 'others.aws is 3',
  },
  'nodes-stay-managed': {
    env: { RESTORE_NODES: 'false' },
    found: 'must not exist, but found 4: AWSMachine clusters-demo-hosted/demo-hosted-us-west-1a',
  },
  'etcd-healthy': { alter: sick(), found: 'etcd-0: no leader' },
  'etcd-wholly-healthy': {
    alter: both(
      added('source', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'etcd-1' } }),
      sick('etcd-1'),
    ),
    found: '1 healthy of 2 etcd members in "clusters-demo-hosted" of source',
  },
  'room-for-snapshot': {
    alter: etcd(() => ({ freeBytes: () => Promise.resolve(10) })),
    found: '/var/lib in pod etcd-0 has 10 bytes free',
  },
  'source-external-dns': {
    alter: stopped('source', 'external-dns'),
    found: 'object.status.availableReplicas is absent',
  },
  'source-external-dns-keeps-owners': {
    alter: args('source', 'external-dns', (given) => [...given, '--policy=upsert-only']),
    found: "!('--policy=upsert-only' in object.spec.template.spec.containers[0].args)",
  },
  'destination-serves-kinds': { alter: unserved('destination', 'Route'), found: 'Route' },
  'destination-serves-kinds-of-backup': {
    alter: unserved('destination', 'AWSMachine'),
    unavailable: ['source'],
    found: 'AWSMachine',
  },
  'destination-has-no-such-cluster': {
    alter: there(hypershift, 'HostedCluster', ours),
    found: 'HostedCluster clusters/demo-hosted: must not exist, but found 1',
  },
  'destination-has-no-such-infrastructure': {
    alter: there(hypershift, 'HostedCluster', 'twin', { spec: { infraID: 'demo-hosted-x7k2p' } }),
    found: 'HostedCluster clusters/twin (o.spec.infraID is "demo-hosted-x7k2p")',
  },
  'destination-has-no-node-pools': {
    alter: there(hypershift, 'NodePool', 'left', { spec: { clusterName: ours } }),
    found: 'NodePool clusters/left',
  },
  'destination-has-no-control-plane-namespace': {
    alter: there('v1', 'Namespace', 'clusters-demo-hosted'),
    found: 'must not exist, but found 1',
  },
  'destination-has-no-waiting-volumes': {
    alter: there('v1', 'PersistentVolume', 'old', {
      spec: { claimRef: { namespace: 'clusters-demo-hosted', name: 'data-etcd-0' } },
    }),
    found: 'PersistentVolume clusters/old',
  },
  'destination-hosted-namespace-stays': {
    alter: changed(
      'destination',
      'Namespace',
      patched({ metadata: { deletionTimestamp: deleting } }),
    ),
    found: 'object.metadata.deletionTimestamp is',
  },
  'destination-has-default-storage-class': {
    alter: changed('destination', 'StorageClass', patched({ metadata: { annotations: null } })),
    found: 'found 1 without it: StorageClass gp3-csi',
  },
  'destination-has-storage-class-of-etcd': {
    alter: cluster({
      spec: {
        etcd: { managed: { storage: { persistentVolume: { storageClassName: 'io2-fast' } } } },
      },
    }),
    found: 'storageClassName is "io2-fast"',
  },
  'destination-operator-runs': {
    alter: stopped('destination', 'operator'),
    found: 'object.status.availableReplicas is absent',
  },
  'destination-operator-not-older': {
    alter: supporting(['4.18', '4.17']),
    found: "others.source.data['supported-versions'] is",
  },
  'destination-supports-release': { alter: supporting(['4.19']), found: '4.19' },
  'destination-publishes-privately': {
    alter: both(
      cluster({ spec: { platform: { aws: { endpointAccess: 'Private' } } } }),
      args('destination', 'operator', without('--private-platform')),
    ),
    found: 'others.cluster.spec.platform.aws.endpointAccess is "Private"',
  },
  'destination-serves-issuer-bucket': {
    alter: cluster({ spec: { issuerURL: 'https://elsewhere.s3.us-west-1.amazonaws.com/x' } }),
    found: 'others.cluster.spec.issuerURL is "https://elsewhere.s3',
  },
  'destination-external-dns': {
    alter: args('destination', 'external-dns', without('--registry')),
    found: "expected '--registry=txt' in",
  },
  'dns-owner-ids-differ': {
    alter: args('destination', 'external-dns', (given) => [
      ...without('--txt-owner-id')(given),
      `--txt-owner-id=${OWNER_IDS.source}`,
    ]),
    found: OWNER_IDS.source,
  },
  bucket: { env: { BUCKET_NAME: OIDC_BUCKET }, found: 'everyone can read it' },
  'bucket-is-not-for-oidc': { env: { BUCKET_NAME: OIDC_BUCKET }, found: OIDC_BUCKET },
  'bucket-writable': {
    alter: s3(() => ({ mayWrite: () => Promise.resolve(false) })),
    found: 'we may not write to backups/clusters/demo-hosted/',
  },
  'snapshot-url-fits': {
    alter: s3((reader) => ({
      presign: async (...asked) => {
        const { url, expiresAt } = await reader.presign(...asked);
        return { url: url.padEnd(1_500, 'x'), expiresAt };
      },
    })),
    found: 'has 1500 characters, at most 1024 are taken',
  },
  'zone-covers-domain': {
    env: { AWS_ZONE_ID: 'Z0LABPRIVATEZONE1' },
    found: 'it does not cover hc.lab.example.com',
  },
};
