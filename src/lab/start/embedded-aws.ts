// The lab's AWS as a server in this process.

import { randomBytes } from 'node:crypto';
import { startAwsServer } from '../aws/index.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import { createAwsClient, type AccessKey } from '../world/aws-client.ts';
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

const ZONE_IDS: ZoneIds = { public: 'Z0LABPUBLICZONE01', private: 'Z0LABPRIVATEZONE1' };

export async function startEmbeddedAws(
  authority: CertificateAuthority,
  settings: Settings,
): Promise<LabAws> {
  const own = newAccessKey();
  const operator = newAccessKey();
  const { aws: port } = settings.ports;
  const server = await startAwsServer({
    tls: await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] }),
    credentials: [own, operator],
    region: REGION,
    ...(port === undefined ? {} : { port }),
  });
  server.createBucket(BACKUP_BUCKET, { versioned: true });
  server.createBucket(OIDC_BUCKET, { versioned: false, public: true });
  server.createZone({ id: ZONE_IDS.public, name: DOMAIN });
  server.createZone({ id: ZONE_IDS.private, name: PRIVATE_DOMAIN, private: true });
  const client = createAwsClient({ endpoint: server.url, ca: authority.cert, ...own });
  return {
    url: server.url,
    client,
    credentialsFile: credentialsFile(operator),
    zoneIds: ZONE_IDS,
    close: async () => {
      client.close();
      await server.close();
    },
  };
}

function newAccessKey(): AccessKey {
  return {
    accessKeyId: `AKIALAB${randomBytes(8).toString('hex').toUpperCase().slice(0, 13)}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}
