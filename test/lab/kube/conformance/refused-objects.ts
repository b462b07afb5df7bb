/*
 * Objects that a server refuses to store, each for one reason.
 */
import { configMap } from './context.ts';

const mebibyte = 1024 * 1024;

function described(meta: object): object {
  return configMap('refused', {}, meta);
}

function secret(type: string, stringData: object = {}): object {
  return { metadata: { name: 'refused' }, type, stringData };
}

export function service(spec: object, name = 'refused'): object {
  return { metadata: { name }, spec };
}

export function claim(spec: object): object {
  const complete = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
  };
  return { metadata: { name: 'refused' }, spec: { ...complete, ...spec } };
}

const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x', controller: true };

/** What is refused with 422, where it is sent, and the field and reason of the first cause. */
export type Refused = readonly [
  rule: string,
  plural: string,
  body: object,
  field: string,
  reason: string,
];

export const refused: readonly Refused[] = [
  ['a name that is no subdomain', 'configmaps', configMap('Bad_Name'), 'metadata.name', 'Invalid'],
  ['a name that is too long', 'configmaps', configMap('x'.repeat(254)), 'metadata.name', 'Invalid'],
  [
    'a service name that is no host name',
    'services',
    service({ ports: [{ port: 80 }] }, '1abc'),
    'metadata.name',
    'Invalid',
  ],
  [
    'a label key that is none',
    'configmaps',
    described({ labels: { 'a b': 'c' } }),
    'metadata.labels',
    'Invalid',
  ],
  [
    'a label value with a space',
    'configmaps',
    described({ labels: { a: 'b c' } }),
    'metadata.labels',
    'Invalid',
  ],
  [
    'a label value that is too long',
    'configmaps',
    described({ labels: { a: 'x'.repeat(64) } }),
    'metadata.labels',
    'Invalid',
  ],
  [
    'annotations of more than 256 KiB',
    'configmaps',
    described({ annotations: { a: 'x'.repeat(mebibyte / 4 + 1) } }),
    'metadata.annotations',
    'TooLong',
  ],
  [
    'a finalizer without a domain',
    'configmaps',
    described({ finalizers: ['hold'] }),
    'metadata.finalizers[0]',
    'Invalid',
  ],
  [
    'an owner without uid',
    'configmaps',
    described({ ownerReferences: [{ ...reference, uid: '' }] }),
    'metadata.ownerReferences.uid',
    'Invalid',
  ],
  [
    'two controllers',
    'configmaps',
    configMap(
      'refused',
      {},
      { ownerReferences: [reference, { ...reference, name: 'y', uid: 'y' }] },
    ),
    'metadata.ownerReferences',
    'Invalid',
  ],
  [
    'a key of data that is none',
    'configmaps',
    configMap('refused', { 'a b': '1' }),
    'data[a b]',
    'Invalid',
  ],
  [
    'a Secret of more than 1 MiB',
    'secrets',
    secret('Opaque', { a: 'x'.repeat(mebibyte + 1) }),
    'data',
    'TooLong',
  ],
  [
    'a pull secret that is no JSON',
    'secrets',
    secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': 'no' }),
    'data[.dockerconfigjson]',
    'Invalid',
  ],
  [
    'a pull secret without its key',
    'secrets',
    secret('kubernetes.io/dockerconfigjson'),
    'data[.dockerconfigjson]',
    'Required',
  ],
  [
    'an old pull secret that is no JSON',
    'secrets',
    secret('kubernetes.io/dockercfg', { '.dockercfg': 'no' }),
    'data[.dockercfg]',
    'Invalid',
  ],
  [
    'a token without its account',
    'secrets',
    secret('kubernetes.io/service-account-token'),
    'metadata.annotations[kubernetes.io/service-account.name]',
    'Required',
  ],
  [
    'a certificate without its key',
    'secrets',
    secret('kubernetes.io/tls', { 'tls.crt': 'x' }),
    'data[tls.key]',
    'Required',
  ],
  ['a service without ports', 'services', service({}), 'spec.ports', 'Required'],
  [
    'two ports without names',
    'services',
    service({ ports: [{ port: 80 }, { port: 81 }] }),
    'spec.ports[0].name',
    'Required',
  ],
  [
    'a port twice',
    'services',
    service({
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ],
    }),
    'spec.ports[1]',
    'Duplicate',
  ],
  [
    'a port that is none',
    'services',
    service({ ports: [{ port: 70_000 }] }),
    'spec.ports[0].port',
    'Invalid',
  ],
  [
    'a type of service that is none',
    'services',
    service({ type: 'X', ports: [{ port: 80 }] }),
    'spec.type',
    'NotSupported',
  ],
  [
    'a claim without access modes',
    'persistentvolumeclaims',
    claim({ accessModes: [] }),
    'spec.accessModes',
    'Required',
  ],
  [
    'an access mode that is none',
    'persistentvolumeclaims',
    claim({ accessModes: ['X'] }),
    'spec.accessModes',
    'NotSupported',
  ],
  [
    'a claim of no size',
    'persistentvolumeclaims',
    claim({ resources: {} }),
    'spec.resources[storage]',
    'Required',
  ],
];
