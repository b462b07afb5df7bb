/*
 * The values a real API server fills in for built-in kinds when a client leaves them out, as far as clients
 * and controllers read them back. Each function changes the fresh copy it is given; running one twice
 * changes nothing more.
 */
import { randomInt } from 'node:crypto';
import { applyDefinitionDefaults, definitionsKey } from './custom-resources.ts';
import { isMap, listAt, mapAt, textOf, type JsonObject, type KubeObject } from './objects.ts';
import type { ResourceType } from './resource-type.ts';

type Defaulter = (object: KubeObject) => void;

const rollingUpdate: JsonObject = { maxSurge: '25%', maxUnavailable: '25%' };

const defaulters: Readonly<Record<string, Defaulter>> = {
  '/namespaces': (object) => {
    object.metadata.labels = {
      ...object.metadata.labels,
      'kubernetes.io/metadata.name': object.metadata.name,
    };
    if (object.metadata.resourceVersion === undefined) {
      fill(spec(object), { finalizers: ['kubernetes'] });
    }
    fill(status(object), { phase: 'Active' });
  },
  '/pods': (object) => {
    podSpec(spec(object));
    fill(spec(object), {
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
      priority: 0,
    });
    fill(status(object), { phase: 'Pending', qosClass: 'BestEffort' });
  },
  '/services': service,
  '/secrets': secret,
  '/persistentvolumes': (object) => {
    fill(spec(object), { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
    fill(status(object), { phase: 'Pending' });
  },
  '/persistentvolumeclaims': (object) => {
    fill(spec(object), { volumeMode: 'Filesystem' });
    fill(status(object), { phase: 'Pending' });
  },
  'apps/deployments': (object) => {
    fill(spec(object), {
      replicas: 1,
      strategy: { type: 'RollingUpdate' },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
    const strategy = mapAt(object.spec, 'strategy');
    if (strategy?.['type'] === 'RollingUpdate') fillMap(strategy, 'rollingUpdate', rollingUpdate);
    template(object);
  },
  'apps/statefulsets': (object) => {
    fill(spec(object), {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate' },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    fill(status(object), { replicas: 0, availableReplicas: 0 });
    const strategy = mapAt(object.spec, 'updateStrategy');
    if (strategy?.['type'] === 'RollingUpdate')
      fillMap(strategy, 'rollingUpdate', { partition: 0 });
    template(object);
    for (const claim of listAt(object.spec, 'volumeClaimTemplates')) claimTemplate(claim);
  },
  'apps/replicasets': (object) => {
    fill(spec(object), { replicas: 1 });
    fill(status(object), { replicas: 0 });
    template(object);
  },
  'apps/daemonsets': (object) => {
    fill(spec(object), { updateStrategy: { type: 'RollingUpdate' }, revisionHistoryLimit: 10 });
    const strategy = mapAt(object.spec, 'updateStrategy');
    if (strategy?.['type'] === 'RollingUpdate')
      fillMap(strategy, 'rollingUpdate', { maxSurge: 0, maxUnavailable: 1 });
    fill(status(object), {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    });
    template(object);
  },
  [definitionsKey]: applyDefinitionDefaults,
  'batch/jobs': job,
  'batch/cronjobs': (object) => {
    fill(spec(object), {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    const jobSpec = mapAt(mapAt(object.spec, 'jobTemplate'), 'spec');
    if (jobSpec !== undefined) podTemplate(mapAt(jobSpec, 'template'));
  },
};

/** Fills in what the client left out. Changes its argument. */
export function applyBuiltinDefaults(type: ResourceType, object: KubeObject): void {
  if (type.hasStatus) object.status ??= {};
  defaulters[type.storageKey]?.(object);
}

function spec(object: KubeObject): JsonObject {
  return (object.spec ??= {});
}

function status(object: KubeObject): JsonObject {
  return (object.status ??= {});
}

function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (target[key] === undefined || target[key] === null) target[key] = structuredClone(value);
  }
}

function fillMap(target: JsonObject, key: string, defaults: JsonObject): void {
  const found = target[key];
  if (isMap(found)) fill(found, defaults);
  else target[key] = { ...defaults };
}

function template(object: KubeObject): void {
  podTemplate(mapAt(object.spec, 'template'));
}

function podTemplate(found: JsonObject | undefined): void {
  if (found === undefined) return;
  const meta = mapAt(found, 'metadata');
  if (meta === undefined) found['metadata'] = { creationTimestamp: null };
  else meta['creationTimestamp'] ??= null;
  const podTemplateSpec = mapAt(found, 'spec');
  if (podTemplateSpec !== undefined) podSpec(podTemplateSpec);
}

function podSpec(pod: JsonObject): void {
  fill(pod, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    securityContext: {},
  });
  for (const field of ['containers', 'initContainers']) {
    for (const container of listAt(pod, field)) if (isMap(container)) containerDefaults(container);
  }
  for (const volume of listAt(pod, 'volumes')) volumeDefaults(volume);
}

function containerDefaults(container: JsonObject): void {
  const image = textOf(container['image']);
  const isLatest = image.endsWith(':latest') || !/[:@][^/]*$/.test(image);
  fill(container, {
    imagePullPolicy: isLatest ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  for (const port of listAt(container, 'ports')) if (isMap(port)) fill(port, { protocol: 'TCP' });
  for (const variable of listAt(container, 'env')) {
    const fieldRef = mapAt(mapAt(variable, 'valueFrom'), 'fieldRef');
    if (fieldRef !== undefined) fill(fieldRef, { apiVersion: 'v1' });
  }
}

/** rw-r--r--: what Kubernetes gives files of projected volumes. */
const defaultFileMode = 0o644;

function volumeDefaults(volume: unknown): void {
  for (const source of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    const found = mapAt(volume, source);
    if (found !== undefined) fill(found, { defaultMode: defaultFileMode });
  }
}

function claimTemplate(claim: unknown): void {
  if (!isMap(claim)) return;
  fill(claim, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    status: { phase: 'Pending' },
  });
  const meta = mapAt(claim, 'metadata');
  if (meta !== undefined) meta['creationTimestamp'] ??= null;
  fillMap(claim, 'spec', { volumeMode: 'Filesystem' });
}

function service(object: KubeObject): void {
  const target = spec(object);
  fill(target, { type: 'ClusterIP', sessionAffinity: 'None' });
  fill(status(object), { loadBalancer: {} });
  for (const port of listAt(target, 'ports')) {
    if (!isMap(port)) continue;
    fill(port, { protocol: 'TCP' });
    fill(port, { targetPort: port['port'] ?? 0 });
  }
  if (target['type'] === 'ExternalName') return;
  fill(target, {
    clusterIP: `10.96.${randomInt(256)}.${randomInt(1, 255)}`,
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
  fill(target, { clusterIPs: [target['clusterIP'] ?? 'None'] });
  if (target['type'] !== 'ClusterIP') fill(target, { externalTrafficPolicy: 'Cluster' });
  if (target['type'] === 'LoadBalancer') fill(target, { allocateLoadBalancerNodePorts: true });
}

/** stringData is write-only: its values end up, encoded, in data. */
function secret(object: KubeObject): void {
  object['type'] ??= 'Opaque';
  const plain = object['stringData'];
  delete object['stringData'];
  if (!isMap(plain)) return;
  const data: JsonObject = mapAt(object, 'data') ?? {};
  for (const [key, value] of Object.entries(plain)) {
    data[key] = Buffer.from(textOf(value)).toString('base64');
  }
  if (Object.keys(data).length > 0) object['data'] = data;
}

function job(object: KubeObject): void {
  const target = spec(object);
  fill(target, {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
  });
  const uid = object.metadata.uid;
  if (target['manualSelector'] !== true && uid !== undefined) {
    const labels = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': object.metadata.name,
      'controller-uid': uid,
      'job-name': object.metadata.name,
    };
    fill(target, {
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    });
    const found = mapAt(target, 'template');
    if (found !== undefined) {
      fillMap(found, 'metadata', {});
      const meta = mapAt(found, 'metadata');
      if (meta !== undefined) fillMap(meta, 'labels', labels);
    }
  }
  podTemplate(mapAt(target, 'template'));
}
