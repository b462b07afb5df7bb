// The S3 that keeps nothing, started as a process of its own over TLS, as S3 is.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { startChildServer } from './child-server.ts';

export interface Sink {
  readonly url: string;
  /** PEM file of what signed its certificate. */
  readonly caBundle: string;
  /** A credentials file that it accepts, as it accepts everything. */
  readonly credentialsFile: string;
  close(): Promise<void>;
}

/** Its files are written to `folder`. */
export async function startSink(folder: string): Promise<Sink> {
  const authority = await createCertificateAuthority();
  const { cert, key } = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const write = async (name: string, text: string): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const caBundle = await write('ca.crt', authority.cert);
  const credentialsFile = await write(
    'credentials',
    '[default]\naws_access_key_id = sink\naws_secret_access_key = sink\n',
  );
  const files = [await write('sink.crt', cert), await write('sink.key', key)];
  const { said: url, close } = await startChildServer('s3-sink', files);
  return { url, caBundle, credentialsFile, close };
}
