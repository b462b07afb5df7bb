// What a customer has written on a management cluster before anything happens: hosted clusters with their node pools and
// the Secrets and ConfigMaps that they name. Everything else is made by the operators.

import { randomBytes, randomUUID } from 'node:crypto';
import { kinds } from '../cluster/kinds.ts';
import type { KubeObject } from '../cluster/objects.ts';
import type { Side } from '../cluster/side.ts';
import { base64 } from '../controllers/hypershift/secrets.ts';
import {
  BASE_DOMAIN,
  DOMAIN,
  HC_NAME,
  HC_NAMESPACE,
  infraIdOf,
  issuerUrlOf,
  NEIGHBOURS,
  REGION,
  RELEASE,
  type Settings,
} from '../world/settings.ts';

/** Named by no hosted cluster's name: only walking the references finds them. */
const TRUST_BUNDLE = 'user-ca-bundle';
const MACHINE_CONFIG = 'worker-tuning';
const ACCOUNT_ID = '123456789012';

export interface HostedClusterSeed {
  readonly name: string;
  readonly highlyAvailable: boolean;
  readonly endpointAccess: string;
  /** How the API is published: a Route, or a load balancer of its own. */
  readonly apiVia: 'route' | 'loadBalancer';
  readonly nodePools: number;
  readonly replicas: number;
  readonly ours: boolean;
  readonly publicZoneId: string;
}

export function ourSeed(settings: Settings, publicZoneId: string): HostedClusterSeed {
  return {
    name: HC_NAME,
    highlyAvailable: settings.highlyAvailable,
    endpointAccess: settings.endpointAccess,
    apiVia: 'route',
    nodePools: settings.nodePools,
    replicas: settings.nodePoolReplicas,
    ours: true,
    publicZoneId,
  };
}

export function neighbourSeeds(side: Side, publicZoneId: string): readonly HostedClusterSeed[] {
  return NEIGHBOURS[side.name].map((name) => ({
    name,
    highlyAvailable: false,
    endpointAccess: 'Public',
    apiVia: name.startsWith('pre-') ? 'loadBalancer' : 'route',
    nodePools: 1,
    replicas: 1,
    ours: false,
    publicZoneId,
  }));
}

/** The Secrets and ConfigMaps first: a hosted cluster without them is not built. */
export async function seedHostedCluster(side: Side, seed: HostedClusterSeed): Promise<void> {
  for (const object of secretsFor(seed)) await side.ensure(kinds.secret, object);
  for (const object of configMapsFor(seed)) await side.ensure(kinds.configMap, object);
  await side.ensure(kinds.hostedCluster, hostedClusterFor(seed));
  for (let index = 0; index < seed.nodePools; index += 1) {
    await side.ensure(kinds.nodePool, nodePoolFor(seed, index));
  }
}

function secretsFor(seed: HostedClusterSeed): readonly KubeObject[] {
  const pullSecret = JSON.stringify({
    auths: { 'quay.io': { auth: base64(`${seed.name}:${randomBytes(12).toString('hex')}`) } },
  });
  return [
    secret(`${seed.name}-pull-secret`, 'kubernetes.io/dockerconfigjson', {
      '.dockerconfigjson': pullSecret,
    }),
    secret(`${seed.name}-ssh-key`, 'Opaque', {
      'id_rsa.pub': `ssh-ed25519 ${randomBytes(32).toString('base64')}`,
    }),
    secret(`${seed.name}-etcd-encryption-key`, 'Opaque', {
      key: randomBytes(32),
    }),
  ];
}

function secret(
  name: string,
  type: string,
  text: Readonly<Record<string, string | Buffer>>,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: HC_NAMESPACE },
    type,
    data: Object.fromEntries(Object.entries(text).map(([key, value]) => [key, base64(value)])),
  };
}

function configMap(name: string, key: string, value: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: HC_NAMESPACE },
    data: { [key]: value },
  };
}

function configMapsFor(seed: HostedClusterSeed): readonly KubeObject[] {
  return seed.ours
    ? [
        configMap(TRUST_BUNDLE, 'ca-bundle.crt', 'lab: a bundle of certificates'),
        configMap(MACHINE_CONFIG, 'config', 'lab: a MachineConfig'),
      ]
    : [configMap(`${seed.name}-notes`, 'owner', 'another team')];
}

export function hostnamesOf(name: string): Readonly<Record<string, string>> {
  return {
    APIServer: `api-${name}.${DOMAIN}`,
    OAuthServer: `oauth-${name}.${DOMAIN}`,
    Konnectivity: `konnectivity-${name}.${DOMAIN}`,
    Ignition: `ignition-${name}.${DOMAIN}`,
  };
}

function hostedClusterFor(seed: HostedClusterSeed): KubeObject {
  const infraID = infraIdOf(seed.name);
  const policy = seed.highlyAvailable ? 'HighlyAvailable' : 'SingleReplica';
  return {
    apiVersion: kinds.hostedCluster.apiVersion,
    kind: 'HostedCluster',
    metadata: { name: seed.name, namespace: HC_NAMESPACE },
    spec: {
      infraID,
      clusterID: randomUUID(),
      issuerURL: issuerUrlOf(infraID),
      release: { image: RELEASE.image },
      controllerAvailabilityPolicy: policy,
      infrastructureAvailabilityPolicy: policy,
      dns: { baseDomain: BASE_DOMAIN, publicZoneID: seed.publicZoneId },
      platform: {
        type: 'AWS',
        aws: {
          region: REGION,
          endpointAccess: seed.endpointAccess,
          multiArch: false,
          rolesRef: rolesOf(infraID),
        },
      },
      pullSecret: { name: `${seed.name}-pull-secret` },
      sshKey: { name: `${seed.name}-ssh-key` },
      secretEncryption: {
        type: 'aescbc',
        aescbc: { activeKey: { name: `${seed.name}-etcd-encryption-key` } },
      },
      ...(seed.ours ? { additionalTrustBundle: { name: TRUST_BUNDLE } } : {}),
      services: Object.entries(hostnamesOf(seed.name)).map(([service, hostname]) => ({
        service,
        servicePublishingStrategy:
          service === 'APIServer' && seed.apiVia === 'loadBalancer'
            ? { type: 'LoadBalancer', loadBalancer: { hostname } }
            : { type: 'Route', route: { hostname } },
      })),
      etcd: {
        managementType: 'Managed',
        managed: { storage: { type: 'PersistentVolume', persistentVolume: { size: '8Gi' } } },
      },
      networking: {
        networkType: 'OVNKubernetes',
        clusterNetwork: [{ cidr: '10.132.0.0/14' }],
        serviceNetwork: [{ cidr: '172.31.0.0/16' }],
      },
    },
  };
}

/** The roles that "hypershift create iam" makes, by the field that names each. */
function rolesOf(infraID: string): Readonly<Record<string, string>> {
  const roles = {
    controlPlaneOperatorARN: 'control-plane-operator',
    imageRegistryARN: 'openshift-image-registry',
    ingressARN: 'openshift-ingress',
    kubeCloudControllerARN: 'cloud-controller',
    networkARN: 'cloud-network-config-controller',
    nodePoolManagementARN: 'node-pool',
    storageARN: 'aws-ebs-csi-driver-controller',
  };
  return Object.fromEntries(
    Object.entries(roles).map(([field, role]) => [
      field,
      `arn:aws:iam::${ACCOUNT_ID}:role/${infraID}-${role}`,
    ]),
  );
}

function nodePoolFor(seed: HostedClusterSeed, index: number): KubeObject {
  const zone = `${REGION}${'abcdefghijklmnopqrst'.charAt(index)}`;
  return {
    apiVersion: kinds.nodePool.apiVersion,
    kind: 'NodePool',
    metadata: { name: `${seed.name}-${zone}`, namespace: HC_NAMESPACE },
    spec: {
      clusterName: seed.name,
      replicas: seed.replicas,
      release: { image: RELEASE.image },
      management: { autoRepair: false, upgradeType: 'Replace' },
      platform: {
        type: 'AWS',
        aws: {
          instanceType: 'm5.large',
          instanceProfile: `${seed.name}-worker`,
          rootVolume: { size: 120, type: 'gp3' },
          subnet: { id: `subnet-${zone}` },
        },
      },
      ...(seed.ours && index === 0 ? { config: [{ name: MACHINE_CONFIG }] } : {}),
    },
  };
}
