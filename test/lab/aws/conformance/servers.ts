// The servers that the conformance rules are held against: the lab's own, and moto_server, which nobody here wrote.

import { startAwsServer, type AwsServerOptions } from '../../../../src/lab/aws/index.ts';
import { createBucket } from '../../../../src/lab/moto/buckets.ts';
import { createZone } from '../../../../src/lab/moto/zones.ts';
import { createCertificateAuthority } from '../../../../src/lab/tls/index.ts';
import { startMoto } from '../../real/moto.ts';
import { region, underTest, type AwsUnderTest } from './under-test.ts';

const admin = { accessKeyId: 'AKIALABADMIN00000000', secretAccessKey: 'admin-secret' };
const reader = { accessKeyId: 'AKIALABREADER0000000', secretAccessKey: 'reader-secret' };

export async function startEmbedded(
  options: Partial<AwsServerOptions> = {},
): Promise<AwsUnderTest> {
  const authority = await createCertificateAuthority();
  const server = await startAwsServer({
    tls: await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] }),
    credentials: [admin, { ...reader, readOnly: true }],
    region,
    // Long enough for a slow machine to see a change that is PENDING.
    dnsPropagationMs: 1_000,
    ...options,
  });
  let zones = 0;
  return underTest({
    url: server.url,
    ca: authority.cert,
    admin,
    reader,
    createBucket: (name, choice) =>
      Promise.resolve(
        server.createBucket(name, { versioned: choice.versioned === true, ...choice }),
      ),
    createZone: (name, choice) => {
      zones += 1;
      const id = `ZRULES${zones}`;
      server.createZone({ id, name, private: choice.private });
      return Promise.resolve(id);
    },
    close: () => server.close(),
  });
}

/** `verifies`: signatures and rights are looked at. Then moto has no pre-signed URLs and no public buckets. */
export async function startMotoUnderTest(options: {
  readonly verifies: boolean;
}): Promise<AwsUnderTest> {
  const moto = await startMoto(options);
  return underTest({
    url: moto.url,
    ca: moto.ca,
    admin: moto.admin,
    reader: moto.reader,
    createBucket: (name, choice) =>
      createBucket(moto.client, name, { versioned: choice.versioned === true, ...choice }),
    createZone: (name, choice) =>
      createZone(moto.client, name, choice.private ? region : undefined),
    close: () => moto.close(),
  });
}
