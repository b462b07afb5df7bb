// "aws s3 cp" of a file to the sink: what drctl's way into S3 is compared with.

import { runCommand } from '../measure/command.ts';
import type { Ran } from '../measure/command.ts';
import type { Sink } from '../servers/start-sink.ts';
import type { BenchContext } from '../suite.ts';

export interface Surroundings {
  readonly context: BenchContext;
  readonly sink: Sink;
}

/** `aws` is the program. */
export function copyWithAws(
  aws: string,
  file: string,
  { context, sink }: Surroundings,
): Promise<Ran> {
  const server = ['--endpoint-url', sink.url, '--ca-bundle', sink.caBundle];
  return runCommand([aws, 's3', 'cp', '--quiet', ...server, file, 's3://sink/aws'], {
    cwd: context.folder,
    env: { AWS_SHARED_CREDENTIALS_FILE: sink.credentialsFile, AWS_DEFAULT_REGION: 'us-east-1' },
  });
}
