// Deployments as the operators write them: labels, one container, and a replica count that they enforce.

import type { KubeObject } from '../../cluster/objects.ts';

export interface Component {
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly container?: string;
  readonly args?: readonly string[];
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

export function deploymentFor(component: Component): KubeObject {
  const labels = { app: component.name, ...component.labels };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: component.name,
      namespace: component.namespace,
      labels,
      ...(component.finalizers === undefined ? {} : { finalizers: component.finalizers }),
    },
    spec: {
      replicas: component.replicas,
      selector: { matchLabels: { app: component.name } },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: component.container ?? component.name,
              image: `quay.io/lab/${component.name}:4.18`,
              ...(component.args === undefined ? {} : { args: component.args }),
            },
          ],
        },
      },
    },
  };
}

/** etcd as HyperShift runs it: container `etcd`, data under /var/lib, kept when it is scaled down. */
export function etcdFor(namespace: string, replicas: number): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'etcd', namespace, labels: { app: 'etcd' } },
    spec: {
      replicas,
      serviceName: 'etcd-discovery',
      podManagementPolicy: 'Parallel',
      persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Retain' },
      selector: { matchLabels: { app: 'etcd' } },
      template: {
        metadata: { labels: { app: 'etcd' } },
        spec: {
          containers: [
            {
              name: 'etcd',
              image: 'quay.io/lab/etcd:3.5',
              volumeMounts: [
                { name: 'data', mountPath: '/var/lib' },
                { name: 'client-tls', mountPath: '/etc/etcd/tls/client' },
                { name: 'etcd-ca', mountPath: '/etc/etcd/tls/etcd-ca' },
              ],
            },
            { name: 'healthz', image: 'quay.io/lab/control-plane-operator:4.18' },
          ],
          volumes: [
            { name: 'client-tls', secret: { secretName: 'etcd-client-tls' } },
            { name: 'etcd-ca', configMap: { name: 'etcd-ca' } },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '8Gi' } },
          },
        },
      ],
    },
  };
}
