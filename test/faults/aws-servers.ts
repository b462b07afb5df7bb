// The servers that calls are made to through faults: the lab's own, and a moto_server that checks signatures, so that these
// are known to hold through the proxy.

import { createBucket } from '../../src/lab/moto/buckets.ts';
import { createZone } from '../../src/lab/moto/zones.ts';
import { profileText, startTarget } from '../adapters/aws/target.ts';
import type { Upstream } from '../fakes/fault-proxy/fault-proxy.ts';
import { startMoto } from '../lab/real/moto.ts';

export interface Server {
  readonly upstream: Upstream;
  readonly credentials: string;
  readonly region: string;
  readonly zoneId: string;
  close(): Promise<void>;
}

export async function startEmbedded(): Promise<Server> {
  const lab = await startTarget();
  const authority = await lab.authority();
  return {
    upstream: { url: lab.server.url, ca: authority },
    credentials: profileText('default', { accessKeyId: 'AKIALAB', secretAccessKey: 'lab-secret' }),
    region: 'eu-central-1',
    zoneId: 'Z1',
    close: () => lab.close(),
  };
}

export async function startReal(): Promise<Server> {
  const moto = await startMoto({ verifies: true });
  await createBucket(moto.client, 'plain', { versioned: false });
  await createBucket(moto.client, 'versioned', { versioned: true });
  return {
    upstream: { url: moto.url, ca: moto.ca },
    credentials: profileText('default', moto.admin),
    region: 'us-west-1',
    zoneId: await createZone(moto.client, 'example.com'),
    close: () => moto.close(),
  };
}
