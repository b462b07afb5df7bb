// Servers up, controllers running: an empty world of two management clusters and AWS. What is in it comes afterwards.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { HostedApi } from '../hosted/hosted-api.ts';
import { createCertificateAuthority } from '../tls/index.ts';
import { Authorities } from '../world/authorities.ts';
import { EtcdStores } from '../world/etcd-stores.ts';
import { Instances } from '../world/instances.ts';
import { openLabLog } from '../world/lab-log.ts';
import { Recorder } from '../world/recorder.ts';
import { PRIVATE_ZONE_ID, ZONE_ID, type Settings } from '../world/settings.ts';
import type { World } from '../world/world.ts';
import { openZone } from '../world/zone.ts';
import type { Closers } from './closers.ts';
import { startAws } from './start-aws.ts';
import { startSide, type ManagementCluster } from './start-side.ts';

export interface StartedWorld {
  readonly world: World;
  readonly source: ManagementCluster;
  readonly destination: ManagementCluster;
  readonly ca: string;
  readonly awsUrl: string;
  readonly awsCredentials: string;
  readonly hostedToken: string;
}

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

export async function startWorld(settings: Settings, closers: Closers): Promise<StartedWorld> {
  const log = openLabLog(join(settings.dir, 'lab.log'));
  const authority = await createCertificateAuthority({ name: 'drctl lab' });
  const aws = await startAws(authority, { port: settings.ports.aws });
  closers.add('AWS', () => aws.server.close());
  closers.add('AWS client', () => Promise.resolve(aws.client.close()));
  const hostedToken = newToken();
  const hostedApis = {
    source: new HostedApi('source', hostedToken),
    destination: new HostedApi('destination', hostedToken),
  };
  // Exec asks for the world only when somebody runs a command, and by then it is there.
  let world: World | undefined;
  const worldOf = (): World => {
    if (world === undefined) throw new Error('the lab is still starting');
    return world;
  };
  const sides = await startSides(settings, closers, {
    authority,
    tokens: { admin: newToken(), controllers: newToken() },
    world: worldOf,
  });
  const recorder = new Recorder();
  world = {
    settings,
    recorder,
    instances: new Instances(recorder),
    stores: new EtcdStores(),
    authorities: new Authorities(),
    aws: aws.client,
    publicZone: openZone(aws.client, ZONE_ID),
    privateZone: openZone(aws.client, PRIVATE_ZONE_ID),
    sides: { source: sides.source.side, destination: sides.destination.side },
    hostedApis,
    oidcSeen: new Map(),
    podFiles: new Map(),
    delay: (baseMs) => baseMs * settings.timeScale,
    log: (message) => log.write(message),
    signal: closers.signal,
  };
  closers.add('log', () => Promise.resolve(log.close()));
  for (const api of Object.values(hostedApis)) closers.add('hosted API', () => api.stop());
  return {
    world,
    ...sides,
    ca: authority.cert,
    awsUrl: aws.server.url,
    awsCredentials: aws.credentialsFile,
    hostedToken,
  };
}

async function startSides(
  settings: Settings,
  closers: Closers,
  common: Pick<Parameters<typeof startSide>[0], 'authority' | 'tokens' | 'world'>,
): Promise<{ source: ManagementCluster; destination: ManagementCluster }> {
  const source = await startSide({ ...common, name: 'source', port: settings.ports.source });
  closers.add('source', () => source.server.close());
  closers.add('source client', () => Promise.resolve(source.side.close()));
  const destination = await startSide({
    ...common,
    name: 'destination',
    port: settings.ports.destination,
  });
  closers.add('destination', () => destination.server.close());
  closers.add('destination client', () => Promise.resolve(destination.side.close()));
  return { source, destination };
}
