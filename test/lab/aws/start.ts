// A lab server for tests, with a clock that tests move, and the SDK's clients for it.

import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { startAwsServer } from '../../../src/lab/aws/index.ts';
import type { AwsServer, AwsServerOptions } from '../../../src/lab/aws/index.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

export const credentials = { accessKeyId: 'AKIALAB', secretAccessKey: 'lab-secret' };
export const readOnlyCredentials = { accessKeyId: 'AKIAREAD', secretAccessKey: 'read-secret' };
export const region = 'eu-central-1';

export interface LabAws {
  readonly server: AwsServer;
  readonly s3: S3Client;
  readonly route53: Route53Client;
  close(): Promise<void>;
}

export async function startLabAws(options: Partial<AwsServerOptions> = {}): Promise<LabAws> {
  const server = await startAwsServer({
    tls: undefined,
    credentials: [credentials, { ...readOnlyCredentials, readOnly: true }],
    region,
    ...options,
  });
  const settings = { endpoint: server.url, credentials, maxAttempts: 1 };
  const s3 = new S3Client({ ...settings, region, forcePathStyle: true });
  const route53 = new Route53Client({ ...settings, region: 'us-east-1' });
  return {
    server,
    s3,
    route53,
    close: async () => {
      s3.destroy();
      route53.destroy();
      await server.close();
    },
  };
}
