// moto_server as the lab starts it: who lacks it is told how to get it, what it says when it fails is in the error, and
// nothing of the caller's AWS settings reaches it.

import { createServer, type AddressInfo, type Server } from 'node:net';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChildProcesses } from '../../../src/lab/envtest/index.ts';
import { LabError } from '../../../src/lab/index.ts';
import { findMoto, startMotoServer } from '../../../src/lab/moto/moto-server.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { createAwsClient } from '../../../src/lab/world/aws-client.ts';
import { createZone } from '../../../src/lab/moto/zones.ts';
import { motoProgram } from '../real/moto.ts';

it('a machine without moto_server is told what it is and how to get it', () => {
  expect(() => findMoto({ PATH: '/nowhere' })).toThrow(LabError);
  expect(() => findMoto({ PATH: '/nowhere' })).toThrow(
    expect.objectContaining({
      message: 'There is no moto_server on PATH',
      hint: expect.stringContaining("pip install 'moto[server]'") as string,
    }),
  );
});

describe.skipIf(motoProgram === undefined)('moto_server (skipped where it is absent)', () => {
  let folder = '';
  let processes: ChildProcesses;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drctl-moto-server-'));
    processes = new ChildProcesses(folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await processes.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(port?: number) {
    const authority = await createCertificateAuthority();
    const program = motoProgram ?? '';
    const url = await startMotoServer({ program, processes, folder, authority, port });
    return createAwsClient({
      endpoint: url,
      ca: authority.cert,
      accessKeyId: 'AKIAANYBODY000000000',
      secretAccessKey: 'x',
    });
  }

  it('serves under a certificate of the lab, with a key and a log that only their owner can read', async () => {
    const client = await start();
    expect(await createZone(client, 'example.com')).toMatch(/^[A-Z0-9]+$/);
    client.close();
    for (const name of ['moto.key', 'moto.log']) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
  });

  it('does not stumble over a profile of the caller that is not there', async () => {
    vi.stubEnv('AWS_PROFILE', 'production');
    vi.stubEnv('AWS_DEFAULT_PROFILE', 'production');
    const client = await start();
    expect(await createZone(client, 'example.com')).toMatch(/^[A-Z0-9]+$/);
    client.close();
  });

  it('says what it said when it could not start', async () => {
    const taken = await new Promise<Server>((resolve) => {
      const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1', () =>
        resolve(server),
      );
    });
    const { port } = taken.address() as AddressInfo;
    await expect(start(port)).rejects.toThrow(/^moto ended with exit code 1: .*in use/s);
    await new Promise((resolve) => taken.close(resolve));
  });
});
