/*
 * Pod templates that a server refuses to store, each for one reason.
 */
import { deployment } from './context.ts';
import type { Refused } from './refused-objects.ts';

export const main = { name: 'main', image: 'img:1' };
const container = 'spec.template.spec.containers[0]';

function podOf(spec: object): object {
  const template = { metadata: { labels: { app: 'refused' } }, spec };
  const selector = { matchLabels: { app: 'refused' } };
  return { metadata: { name: 'refused' }, spec: { selector, template } };
}

/** Sent as deployments. */
export const refusedPods: readonly Refused[] = [
  [
    'a pod without containers',
    'deployments',
    podOf({ containers: [] }),
    'spec.template.spec.containers',
    'Required',
  ],
  [
    'a container without image',
    'deployments',
    deployment('refused', { image: '' }),
    `${container}.image`,
    'Required',
  ],
  [
    'a container whose name is no label',
    'deployments',
    podOf({ containers: [{ ...main, name: 'A_b' }] }),
    `${container}.name`,
    'Invalid',
  ],
  [
    'a container twice',
    'deployments',
    podOf({ containers: [main, main] }),
    'spec.template.spec.containers[1].name',
    'Duplicate',
  ],
  [
    'a variable without name',
    'deployments',
    deployment('refused', { env: [{ value: 'x' }] }),
    `${container}.env[0].name`,
    'Required',
  ],
  [
    'a mount of a volume that is not there',
    'deployments',
    deployment('refused', { volumeMounts: [{ name: 'no', mountPath: '/x' }] }),
    `${container}.volumeMounts[0].name`,
    'NotFound',
  ],
  [
    'a container port that is none',
    'deployments',
    deployment('refused', { ports: [{ containerPort: 70_000 }] }),
    `${container}.ports[0].containerPort`,
    'Invalid',
  ],
  [
    'a pull policy that is none',
    'deployments',
    deployment('refused', { imagePullPolicy: 'Sometimes' }),
    `${container}.imagePullPolicy`,
    'NotSupported',
  ],
  [
    'a request above its limit',
    'deployments',
    deployment('refused', { resources: { requests: { cpu: '1500m' }, limits: { cpu: '1' } } }),
    `${container}.resources.requests`,
    'Invalid',
  ],
  [
    'a probe that does nothing',
    'deployments',
    deployment('refused', { livenessProbe: {} }),
    `${container}.livenessProbe`,
    'Required',
  ],
  [
    'a Secret volume without its Secret',
    'deployments',
    podOf({ containers: [main], volumes: [{ name: 'v', secret: {} }] }),
    'spec.template.spec.volumes[0].secret.secretName',
    'Required',
  ],
  [
    'a volume twice',
    'deployments',
    podOf({
      containers: [main],
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    }),
    'spec.template.spec.volumes[1].name',
    'Duplicate',
  ],
  [
    'a deployment whose pods may end',
    'deployments',
    podOf({ containers: [main], restartPolicy: 'Never' }),
    'spec.template.spec.restartPolicy',
    'NotSupported',
  ],
];
