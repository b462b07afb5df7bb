/*
 * Certificates: a client that trusts the authority accepts what it issues for the names it was issued for,
 * and nothing else.
 */
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';

async function handshake(options: {
  server: { cert: string; key: string };
  ca: string;
  servername?: string;
}): Promise<string> {
  const server = createServer(options.server).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    ca: options.ca,
    ...(options.servername === undefined ? {} : { servername: options.servername }),
  });
  const outcome = await new Promise<string>((resolve) => {
    socket.once('secureConnect', () => resolve('accepted'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  socket.destroy();
  server.close();
  return outcome;
}

describe('certificates', () => {
  it('are accepted for the names and addresses they were issued for', async () => {
    const authority = await createCertificateAuthority();
    const server = await authority.issue({ names: ['api.example.test'], ips: ['127.0.0.1'] });
    const ca = authority.cert;
    expect(await handshake({ server, ca })).toBe('accepted');
    expect(await handshake({ server, ca, servername: 'api.example.test' })).toBe('accepted');
    expect(await handshake({ server, ca, servername: 'other.example.test' })).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
  });

  it('are refused by a client that trusts another authority', async () => {
    const [one, two] = [await createCertificateAuthority(), await createCertificateAuthority()];
    const server = await one.issue({ ips: ['127.0.0.1'] });
    expect(await handshake({ server, ca: two.cert })).not.toBe('accepted');
  });
});
