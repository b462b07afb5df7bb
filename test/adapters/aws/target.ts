// The real adapter against the lab's server over TLS, with a credentials file and a CA bundle as a person would give them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAwsTarget } from '../../../src/adapters/index.ts';
import type { AwsSettings, AwsTarget } from '../../../src/adapters/index.ts';
import { startAwsServer } from '../../../src/lab/aws/index.ts';
import type { AwsServer, AwsServerOptions, Credential } from '../../../src/lab/aws/index.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';

export interface TestTarget {
  readonly server: AwsServer;
  readonly target: AwsTarget;
  /** Those that `target` was made with. */
  readonly settings: AwsSettings;
  /** PEM of what signed its certificate. */
  authority(): Promise<string>;
  /** Another target of the same server. */
  open(settings: Partial<AwsSettings>): AwsTarget;
  /** Writes a credentials file and gives its path. */
  credentialsFile(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

const region = 'eu-central-1';
const credential: Credential = { accessKeyId: 'AKIALAB', secretAccessKey: 'lab-secret' };

const authority = createCertificateAuthority();

export async function startTarget(options: Partial<AwsServerOptions> = {}): Promise<TestTarget> {
  const folder = await mkdtemp(join(tmpdir(), 'drctl-aws-target-'));
  const ca = await authority;
  const server = await startAwsServer({
    tls: await ca.issue({ names: ['localhost'], ips: ['127.0.0.1'] }),
    credentials: [credential],
    region,
    dnsPropagationMs: 20,
    ...options,
  });
  server.createBucket('plain', { versioned: false });
  server.createBucket('versioned', { versioned: true });
  server.createBucket('open', { versioned: false, public: true });
  server.createZone({ id: 'Z1', name: 'example.com' });
  const caBundle = join(folder, 'ca.crt');
  await writeFile(caBundle, ca.cert);
  const credentialsFile = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const file = await credentialsFile('credentials', profileText('default', credential));
  const opened: AwsTarget[] = [];
  const settings: AwsSettings = { region, endpoint: server.url, credentialsFile: file, caBundle };
  const open = (other: Partial<AwsSettings>): AwsTarget => {
    const target = createAwsTarget({ ...settings, ...other });
    opened.push(target);
    return target;
  };
  return {
    server,
    target: open({}),
    settings,
    authority: async () => ca.cert,
    open,
    credentialsFile,
    close: async () => {
      for (const target of opened) target.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function profileText(profile: string, item: Credential): string {
  const token = item.sessionToken === undefined ? '' : `aws_session_token = ${item.sessionToken}\n`;
  return `[${profile}]\naws_access_key_id = ${item.accessKeyId}\naws_secret_access_key = ${item.secretAccessKey}\n${token}`;
}
