// A moto_server for a test, in a folder of its own, with users made through its IAM API.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProcesses } from '../../../src/lab/envtest/index.ts';
import { CALLS_PER_USER, createUser } from '../../../src/lab/moto/iam.ts';
import { findMoto, startMotoServer } from '../../../src/lab/moto/moto-server.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import {
  createAwsClient,
  type AccessKey,
  type AwsClient,
} from '../../../src/lab/world/aws-client.ts';
import { required } from './required.ts';

/** undefined: not here, and the tests that need it are skipped. */
export const motoProgram: string | undefined = required(findMoto);

export interface RealMoto {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** May do everything. */
  readonly admin: AccessKey;
  /** May read and list. */
  readonly reader: AccessKey;
  /** As the administrator. */
  readonly client: AwsClient;
  close(): Promise<void>;
}

/** `verifies`: every call must be signed and allowed, once the users are made. */
export async function startMoto(options: { readonly verifies: boolean }): Promise<RealMoto> {
  if (motoProgram === undefined) throw new Error('moto_server is not here');
  const folder = await mkdtemp(join(tmpdir(), 'drctl-moto-'));
  const processes = new ChildProcesses(folder);
  const authority = await createCertificateAuthority({ name: 'moto' });
  const url = await startMotoServer({
    program: motoProgram,
    processes,
    folder,
    authority,
    port: undefined,
    ...(options.verifies && { unsignedCalls: 2 * CALLS_PER_USER }),
  });
  const open = (key: AccessKey): AwsClient =>
    createAwsClient({ endpoint: url, ca: authority.cert, ...key });
  const founder = open({ accessKeyId: 'AKIAFOUNDER000000000', secretAccessKey: 'none' });
  const admin = await createUser(founder, 'admin', ['*']);
  const reader = await createUser(founder, 'reader', ['s3:Get*', 's3:List*', 's3:Head*']);
  founder.close();
  const client = open(admin);
  return {
    url,
    ca: authority.cert,
    admin,
    reader,
    client,
    close: async () => {
      client.close();
      await processes.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
