// The etcd actions through kubectl exec, with the certificates where a hosted control plane has them.

import { given, text } from './params.ts';
import { execIn } from './kube.ts';
import type { ByHand } from './place.ts';
import { line, remark } from './shell.ts';

const TLS = '/etc/etcd/tls';
/** Until OpenShift 4.11 the CA was client/etcd-client-ca.crt. */
const ETCDCTL = [
  'env',
  'ETCDCTL_API=3',
  'etcdctl',
  `--cacert=${TLS}/etcd-ca/ca.crt`,
  `--cert=${TLS}/client/etcd-client.crt`,
  `--key=${TLS}/client/etcd-client.key`,
  '--endpoints=https://localhost:2379',
];

export const etcdByHand: Readonly<Record<string, ByHand>> = {
  'etcd.health': (params, places) => {
    const least = given(params, 'minRevision');
    const most = given(params, 'maxRevision');
    return [
      execIn(withDefaults(params), places, [...ETCDCTL, 'endpoint', 'health']),
      execIn(withDefaults(params), places, [...ETCDCTL, 'endpoint', 'status', '-w', 'table']),
      ...(least === undefined ? [] : [remark(`The revision must be ${least} or later`)]),
      ...(most === undefined
        ? []
        : [remark(`Nothing may have been written after revision ${most}`)]),
    ];
  },
  'etcd.snapshot': (params, places) => {
    const file = `${given(params, 'directory') ?? '/var/lib'}/snapshot.db`;
    const filled = withDefaults(params);
    return [
      execIn(filled, places, [...ETCDCTL, 'snapshot', 'save', file]),
      `${execIn(filled, places, ['cat', file])} > ${text(params, 'to')}`,
      execIn(filled, places, ['rm', file]),
    ];
  },
  'etcd.verify': (params) => [
    line('etcdutl', 'snapshot', 'status', text(params, 'file'), '-w', 'table'),
    remark('An etcdctl before 3.5 has "snapshot status" itself'),
  ],
};

const withDefaults = (params: Parameters<ByHand>[0]) => ({
  selector: 'app=etcd',
  container: 'etcd',
  ...params,
});
