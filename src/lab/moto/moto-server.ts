// moto_server (https://docs.getmoto.org) as a child process: an AWS that nobody here wrote, over HTTPS on loopback.

import { join } from 'node:path';
import { writePrivate } from '../daemon/state-files.ts';
import { findOnPath, freePort, statusOf, type ChildProcesses } from '../envtest/index.ts';
import { LabError } from '../lab-types.ts';
import type { CertificateAuthority } from '../tls/index.ts';

const PROGRAM = 'moto_server';

/** The path of the program. Throws LabError that says how to get it. */
export function findMoto(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const program = findOnPath(PROGRAM, environment);
  if (program !== undefined) return program;
  throw new LabError(
    `There is no ${PROGRAM} on PATH`,
    `It is a Python package: pip install 'moto[server]'; or leave out "--aws moto"`,
  );
}

export interface MotoOptions {
  readonly program: string;
  readonly processes: ChildProcesses;
  /** For its certificate, key and settings; its log goes to the folder of `processes`. */
  readonly folder: string;
  readonly authority: CertificateAuthority;
  /** Any free one when undefined. */
  readonly port: number | undefined;
  /** The first calls, so many, are taken as they come; each later one must be signed and allowed. Absent: all are taken. */
  readonly unsignedCalls?: number;
}

/** Gives its URL when it answers; it ends with `processes`. Throws LabError with the end of its log when it does not start. */
export async function startMotoServer(options: MotoOptions): Promise<string> {
  const { folder, authority } = options;
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const cert = join(folder, 'moto.crt');
  const key = join(folder, 'moto.key');
  await writePrivate(cert, tls.cert);
  await writePrivate(key, tls.key);
  const port = options.port ?? (await freePort());
  const server = await options.processes.start({
    name: 'moto',
    program: options.program,
    args: ['-H', '127.0.0.1', '-p', String(port), '-c', cert, '-k', key],
    env: {
      ...(await ownProfile(folder)),
      // Half a second of its start, for a service that nobody here asks.
      MOTO_EC2_LOAD_DEFAULT_AMIS: 'false',
      INITIAL_NO_AUTH_ACTION_COUNT: String(options.unsignedCalls ?? 'inf'),
    },
  });
  const url = `https://127.0.0.1:${port}`;
  // Its own page rather than one of AWS's: those are counted among the unsigned calls.
  await server.becomesReady(async () => {
    const status = await statusOf({ url: `${url}/moto-api/data.json`, ca: authority.cert });
    return status === 200;
  });
  return url;
}

/** boto3, on which moto is built, fails on a profile that it does not find, and the caller's may be anything. */
async function ownProfile(folder: string): Promise<Readonly<Record<string, string>>> {
  const config = join(folder, 'moto.config');
  await writePrivate(config, '[profile moto]\nregion = us-east-1\n');
  return {
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: config,
    AWS_PROFILE: 'moto',
    AWS_DEFAULT_PROFILE: 'moto',
  };
}
