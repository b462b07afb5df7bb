// Under which names a hosted cluster is published, and the Routes and Services that make external-dns publish them.

import { listAt, textAt, type KubeObject } from '../../cluster/objects.ts';

export const HOSTNAME_ANNOTATION = 'external-dns.alpha.kubernetes.io/hostname';
export const VISIBILITY_LABEL = 'hypershift.openshift.io/route-visibility';

interface Published {
  readonly service: string;
  readonly hostname: string;
  readonly via: 'Route' | 'LoadBalancer';
}

const ROUTE_NAMES: Readonly<Record<string, string>> = {
  APIServer: 'kube-apiserver',
  OAuthServer: 'oauth',
  Konnectivity: 'konnectivity-server',
  Ignition: 'ignition-server',
};

export function publishedNames(object: KubeObject): readonly Published[] {
  return listAt(object, 'spec', 'services').flatMap((entry): readonly Published[] => {
    const service = textAt(entry, 'service') ?? '';
    const route = textAt(entry, 'servicePublishingStrategy', 'route', 'hostname');
    if (route !== undefined) return [{ service, hostname: route, via: 'Route' }];
    const balancer = textAt(entry, 'servicePublishingStrategy', 'loadBalancer', 'hostname');
    if (balancer !== undefined) {
      return [{ service, hostname: balancer, via: 'LoadBalancer' }];
    }
    return [];
  });
}

export function isPrivate(object: KubeObject): boolean {
  return textAt(object, 'spec', 'platform', 'aws', 'endpointAccess') === 'Private';
}

export function routesFor(controlPlane: KubeObject, namespace: string): readonly KubeObject[] {
  const visibility = isPrivate(controlPlane) ? { [VISIBILITY_LABEL]: 'private' } : {};
  return publishedNames(controlPlane)
    .filter(({ via }) => via === 'Route')
    .map(({ service, hostname }) => ({
      apiVersion: 'route.openshift.io/v1',
      kind: 'Route',
      metadata: {
        name: ROUTE_NAMES[service] ?? service.toLowerCase(),
        namespace,
        labels: { 'hypershift.openshift.io/hosted-control-plane': namespace, ...visibility },
      },
      spec: {
        host: hostname,
        to: { kind: 'Service', name: ROUTE_NAMES[service] ?? 'router' },
        tls: { termination: 'passthrough' },
      },
    }));
}

/** The router in front of the Routes, and a load balancer of its own for each service that asks for one. */
export function servicesFor(controlPlane: KubeObject, namespace: string): readonly KubeObject[] {
  const balanced = publishedNames(controlPlane)
    .filter(({ via }) => via === 'LoadBalancer')
    .map(({ service, hostname }) => ({
      name: ROUTE_NAMES[service] ?? service.toLowerCase(),
      annotations: { [HOSTNAME_ANNOTATION]: hostname },
    }));
  return [{ name: 'router', annotations: {} }, ...balanced].map(({ name, annotations }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, annotations },
    spec: {
      type: 'LoadBalancer',
      selector: { app: name },
      ports: [{ name: 'https', port: 443, targetPort: 6443, protocol: 'TCP' }],
    },
  }));
}
