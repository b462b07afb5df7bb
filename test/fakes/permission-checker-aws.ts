// The AWS side of the permission checker: each call with what IAM would be asked about it.

import type { Permission } from '../../src/engine/index.ts';
import type {
  BucketClient,
  BucketReader,
  ObjectAddress,
  ZoneClient,
  ZoneReader,
} from '../../src/actions/ports.ts';
import type { Require } from './permission-checker-kube.ts';

function aws(target: string, resource: string, ...actions: readonly string[]): Permission[] {
  return actions.map((action) => ({
    system: 'aws',
    target,
    action,
    resource: `arn:aws:${resource}`,
  }));
}

function onObject(target: string, address: ObjectAddress, action: string): Permission[] {
  const suffix = address.versionId === undefined ? '' : 'Version';
  return aws(target, `s3:::${address.bucket}/${address.key}`, `${action}${suffix}`);
}

export function bucketReader(s3: BucketReader, target: string, require: Require): BucketReader {
  return {
    // What else is asked of a bucket may be denied: then it is not known.
    bucket: async (name, signal) => {
      require(...aws(target, `s3:::${name}`, 's3:ListBucket', 's3:GetBucketVersioning'));
      return s3.bucket(name, signal);
    },
    head: async (address, signal) => {
      require(...aws(target, `s3:::${address.bucket}`, 's3:ListBucket'));
      require(...onObject(target, address, 's3:GetObject'));
      return s3.head(address, signal);
    },
    async *list(where, signal) {
      require(...aws(target, `s3:::${where.bucket}`, 's3:ListBucket'));
      yield* s3.list(where, signal);
    },
    async *read(address, signal) {
      require(...onObject(target, address, 's3:GetObject'));
      yield* s3.read(address, signal);
    },
    presign: async (address, options) => {
      const verb = options.method === 'GET' ? 'Get' : 'Put';
      require(...onObject(target, address, `s3:${verb}Object`));
      return s3.presign(address, options);
    },
    mayWrite: async (address, signal) => {
      require(...onObject(target, address, 's3:PutObject'));
      return s3.mayWrite(address, signal);
    },
    // STS answers everybody.
    identity: async (signal) => s3.identity(signal),
  };
}

export function bucketClient(s3: BucketClient, target: string, require: Require): BucketClient {
  return {
    ...bucketReader(s3, target, require),
    upload: async (address, options) => {
      const resource = `s3:::${address.bucket}/${address.key}`;
      if ((options.cutOff ?? []).length > 0) {
        require(...aws(target, resource, 's3:ListMultipartUploadParts'));
      }
      require(...aws(target, resource, 's3:PutObject', 's3:AbortMultipartUpload'), ...aws(
        target,
        resource,
        's3:GetObject',
        's3:GetObjectVersion',
      ));
      return s3.upload(address, options);
    },
    abandon: async (address, uploadId, signal) => {
      const resource = `s3:::${address.bucket}/${address.key}`;
      require(...aws(target, resource, 's3:AbortMultipartUpload'));
      return s3.abandon(address, uploadId, signal);
    },
    remove: async (address, signal) => {
      require(...onObject(target, address, 's3:DeleteObject'));
      return s3.remove(address, signal);
    },
  };
}

export function zoneReader(dns: ZoneReader, target: string, require: Require): ZoneReader {
  return {
    zone: async (zoneId, signal) => {
      require(...aws(target, `route53:::hostedzone/${zoneId}`, 'route53:GetHostedZone'));
      return dns.zone(zoneId, signal);
    },
    async *records(zoneId, signal) {
      require(...aws(target, `route53:::hostedzone/${zoneId}`, 'route53:ListResourceRecordSets'));
      yield* dns.records(zoneId, signal);
    },
    changeStatus: async (changeId, signal) => {
      require(...aws(target, `route53:::change/${changeId}`, 'route53:GetChange'));
      return dns.changeStatus(changeId, signal);
    },
  };
}

export function zoneClient(dns: ZoneClient, target: string, require: Require): ZoneClient {
  return {
    ...zoneReader(dns, target, require),
    change: async (zoneId, changes, options) => {
      const action = 'route53:ChangeResourceRecordSets';
      require(...aws(target, `route53:::hostedzone/${zoneId}`, action));
      return dns.change(zoneId, changes, options);
    },
  };
}
