// The lab's AWS: a bucket for backups, the public bucket with the OIDC documents, and the zones.

import { randomBytes } from 'node:crypto';
import { startAwsServer, type AwsServer } from '../aws/index.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import { createAwsClient, type AwsClient } from '../world/aws-client.ts';
import {
  BACKUP_BUCKET,
  DOMAIN,
  OIDC_BUCKET,
  PRIVATE_DOMAIN,
  PRIVATE_ZONE_ID,
  REGION,
  ZONE_ID,
} from '../world/settings.ts';

export interface LabAws {
  readonly server: AwsServer;
  /** With credentials of the lab's own, so that its requests can be told from an operator's in the log. */
  readonly client: AwsClient;
  /** Content of an AWS credentials file for whoever rehearses. */
  readonly credentialsFile: string;
}

export async function startAws(
  authority: CertificateAuthority,
  options: { readonly port: number | undefined },
): Promise<LabAws> {
  const own = newCredential();
  const operator = newCredential();
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const server = await startAwsServer({
    tls,
    credentials: [own, operator],
    region: REGION,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  server.createBucket(BACKUP_BUCKET, { versioned: true });
  server.createBucket(OIDC_BUCKET, { versioned: false, public: true });
  server.createZone({ id: ZONE_ID, name: DOMAIN });
  server.createZone({ id: PRIVATE_ZONE_ID, name: PRIVATE_DOMAIN, private: true });
  return {
    server,
    client: createAwsClient({ endpoint: server.url, ca: authority.cert, ...own }),
    credentialsFile: `[default]\naws_access_key_id = ${operator.accessKeyId}\naws_secret_access_key = ${operator.secretAccessKey}\nregion = ${REGION}\n`,
  };
}

function newCredential(): { accessKeyId: string; secretAccessKey: string } {
  return {
    accessKeyId: `AKIALAB${randomBytes(8).toString('hex').toUpperCase().slice(0, 13)}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}
