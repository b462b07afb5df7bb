// The S3 that keeps nothing, started as a process of its own over TLS, as S3 is.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';

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
  const program = path.join(path.dirname(process.argv[1] ?? ''), 's3-sink.js');
  const args = [program, await write('sink.crt', cert), await write('sink.key', key)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    caBundle,
    credentialsFile,
    close: async () => {
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    },
  };
}
