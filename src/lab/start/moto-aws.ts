// The lab's AWS as a moto_server process, filled through AWS's own APIs.
//
// moto verifies signatures and rights of either all requests or none, and when it does it fails on those without an
// Authorization header: pre-signed URLs and what a public bucket gives to everyone. A hosted cluster is restored from a
// pre-signed URL, so here it verifies none; the users with their access keys are real all the same.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { serversFolder } from '../daemon/state-files.ts';
import type { ChildProcesses } from '../envtest/index.ts';
import { createBucket } from '../moto/buckets.ts';
import { createUser } from '../moto/iam.ts';
import { findMoto, startMotoServer } from '../moto/moto-server.ts';
import { createZone } from '../moto/zones.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import { createAwsClient, type AwsClient, type AccessKey } from '../world/aws-client.ts';
import {
  BACKUP_BUCKET,
  DOMAIN,
  OIDC_BUCKET,
  PRIVATE_DOMAIN,
  REGION,
  type Settings,
} from '../world/settings.ts';
import type { ZoneIds } from '../world/zone.ts';
import { credentialsFile, type LabAws } from './lab-aws.ts';

export async function startMotoAws(
  authority: CertificateAuthority,
  settings: Settings,
  processes: ChildProcesses,
): Promise<LabAws> {
  const program = findMoto();
  const folder = join(serversFolder(settings.dir), 'moto');
  await mkdir(folder, { mode: 0o700 });
  const port = settings.ports.aws;
  const url = await startMotoServer({ program, processes, folder, authority, port });
  const open = (key: AccessKey): AwsClient =>
    createAwsClient({ endpoint: url, ca: authority.cert, ...key });
  const { own, operator } = await createUsers(open);
  const client = open(own);
  return {
    url,
    client,
    credentialsFile: credentialsFile(operator),
    zoneIds: await fill(client),
    // The process ends with the other programs of the lab.
    close: () => Promise.resolve(client.close()),
  };
}

/** The account's first user is made by somebody whom the server does not know yet. */
async function createUsers(
  open: (key: AccessKey) => AwsClient,
): Promise<{ readonly own: AccessKey; readonly operator: AccessKey }> {
  const nobody = open({ accessKeyId: 'AKIALABFOUNDER000000', secretAccessKey: 'none' });
  try {
    return {
      own: await createUser(nobody, 'lab', ['*']),
      operator: await createUser(nobody, 'operator', ['s3:*', 'route53:*', 'sts:*']),
    };
  } finally {
    nobody.close();
  }
}

async function fill(aws: AwsClient): Promise<ZoneIds> {
  await createBucket(aws, BACKUP_BUCKET, { versioned: true });
  await createBucket(aws, OIDC_BUCKET, { versioned: false, public: true });
  return {
    public: await createZone(aws, DOMAIN),
    private: await createZone(aws, PRIVATE_DOMAIN, REGION),
  };
}
