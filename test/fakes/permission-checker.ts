// Ports that let only those calls pass which an action has declared, as a server with RBAC and IAM would: everything else
// is CLIENT_DENIED, and remembered. What is asked of a server is what the adapters ask: an exec is a GET, a preview is a
// patch, a watch lists first.

import { DrctlError, covers } from '../../src/engine/index.ts';
import type { Permission } from '../../src/engine/index.ts';
import type { DrClients, DrReaders } from '../../src/actions/ports.ts';
import { bucketClient, bucketReader, zoneClient, zoneReader } from './permission-checker-aws.ts';
import { etcdClient, etcdReader, kubeClient, kubeReader } from './permission-checker-kube.ts';

export interface PermissionChecker {
  readonly readers: DrReaders;
  readonly clients: DrClients;
  /** Calls that were not covered, as sentences. */
  readonly refused: readonly string[];
}

export function checkedPorts(
  ports: { readonly readers: DrReaders; readonly clients: DrClients },
  declared: readonly Permission[],
): PermissionChecker {
  const refused: string[] = [];
  const require = (...needed: readonly Permission[]): void => {
    for (const one of needed) {
      if (declared.some((permission) => covers(permission, one))) continue;
      refused.push(JSON.stringify(one));
      throw new DrctlError('CLIENT_DENIED', `Not declared: ${JSON.stringify(one)}`);
    }
  };
  const { readers, clients } = ports;
  return {
    refused,
    readers: {
      ...readers,
      kube: async (target) => kubeReader(await readers.kube(target), target, require),
      etcd: async (target) => etcdReader(await readers.etcd(target), target, require),
      s3: async (target) => bucketReader(await readers.s3(target), target, require),
      dns: async (target) => zoneReader(await readers.dns(target), target, require),
    },
    clients: {
      ...clients,
      kube: async (target) => kubeClient(await clients.kube(target), target, require),
      etcd: async (target) => etcdClient(await clients.etcd(target), target, require),
      s3: async (target) => bucketClient(await clients.s3(target), target, require),
      dns: async (target) => zoneClient(await clients.dns(target), target, require),
    },
  };
}
