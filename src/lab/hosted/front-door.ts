// The way from the hosted API's name to a server: DNS and a load balancer in one. Each connection looks the name up in
// Route53 as it is at that moment and is passed through to whichever side it leads to; it is refused when there is no
// record, or that side does not serve. TLS is not ended here.

import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { SideName } from '../cluster/side.ts';
import { sideOfBalancer } from '../controllers/dns/load-balancers.ts';
import { listenOn } from '../daemon/listen.ts';
import { apiHostname } from '../world/settings.ts';
import type { World } from '../world/world.ts';

export interface FrontDoor {
  readonly port: number;
  close(): Promise<void>;
}

/** Where the API's name leads to at this moment. */
export async function lookUpApi(world: World): Promise<SideName | undefined> {
  const { endpointAccess } = world.settings;
  const zone = endpointAccess === 'Private' ? world.privateZone : world.publicZone;
  const hostname = apiHostname(endpointAccess);
  const record = (await zone.records()).find(
    (entry) => entry.name === hostname && (entry.type === 'A' || entry.type === 'CNAME'),
  );
  const target = record?.aliasTo ?? record?.values[0];
  return target === undefined ? undefined : sideOfBalancer(target);
}

export async function startFrontDoor(world: World, port: number): Promise<FrontDoor> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    track(open, socket);
    void pass(world, socket, open);
  });
  await listenOn(server, port, "the hosted cluster's API name");
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function track(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.on('close', () => open.delete(socket));
  // A connection that breaks is closed by its own event; without a listener it would end the process.
  socket.on('error', () => socket.destroy());
}

async function pass(world: World, client: Socket, open: Set<Socket>): Promise<void> {
  client.pause();
  const side = await lookUpApi(world).catch(() => undefined);
  const port = side === undefined ? undefined : world.planes[side].api.port();
  if (port === undefined) {
    client.destroy();
    return;
  }
  const upstream = connect({ host: '127.0.0.1', port });
  track(open, upstream);
  upstream.on('close', () => client.destroy());
  client.on('close', () => upstream.destroy());
  client.pipe(upstream).pipe(client);
  client.resume();
}
