// Short ways to write the objects that tests need.

import type { Json, JsonObject } from '../../src/engine/index.ts';
import type { KubeObject } from '../../src/actions/ports.ts';

export function kubeObject(
  apiVersion: string,
  kind: string,
  place: string,
  rest: JsonObject & { readonly metadata?: JsonObject } = {},
): KubeObject {
  const [namespace, name] = place.includes('/') ? place.split('/') : [undefined, place];
  const { metadata, ...content } = rest;
  return {
    apiVersion,
    kind,
    metadata: {
      ...metadata,
      name: name ?? '',
      ...(namespace === undefined ? {} : { namespace }),
    },
    ...content,
  };
}

export const namespace = (name: string, metadata: JsonObject = {}): KubeObject =>
  kubeObject('v1', 'Namespace', name, { metadata });

export const configMap = (place: string, data: JsonObject, metadata: JsonObject = {}): KubeObject =>
  kubeObject('v1', 'ConfigMap', place, { metadata, data });

export const secret = (place: string, data: JsonObject, rest: JsonObject = {}): KubeObject =>
  kubeObject('v1', 'Secret', place, { type: 'Opaque', ...rest, data });

export const hostedCluster = (place: string, spec: JsonObject, rest: JsonObject = {}): KubeObject =>
  kubeObject('hypershift.openshift.io/v1beta1', 'HostedCluster', place, { ...rest, spec });

export const nodePool = (place: string, spec: JsonObject, rest: JsonObject = {}): KubeObject =>
  kubeObject('hypershift.openshift.io/v1beta1', 'NodePool', place, { ...rest, spec });

export const clusterApi = (kind: string, place: string, rest: JsonObject = {}): KubeObject =>
  kubeObject('cluster.x-k8s.io/v1beta1', kind, place, rest);

export function workload(
  kind: 'Deployment' | 'StatefulSet',
  place: string,
  replicas: number,
  spec: JsonObject = {},
): KubeObject {
  const app = place.slice(place.indexOf('/') + 1);
  return kubeObject('apps/v1', kind, place, {
    spec: { replicas, selector: { matchLabels: { app } }, ...spec },
  });
}

export function pod(
  place: string,
  app: string,
  isReady = true,
  metadata: JsonObject = {},
): KubeObject {
  const conditions: Json = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
  return kubeObject('v1', 'Pod', place, {
    metadata: { ...metadata, labels: { app } },
    status: { phase: 'Running', conditions },
  });
}

export const ownedBy = (owner: KubeObject, uid: string): JsonObject => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid,
  controller: true,
});
