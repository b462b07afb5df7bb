// The AWS SDK, loaded when a step first needs it, and its clients, opened once and shared. Nothing of the SDK reaches the
// terminal: it gets a logger that drops everything, and its notice about the Node version is switched off by its own
// variable.

import type * as Route53 from '@aws-sdk/client-route-53';
import type * as S3 from '@aws-sdk/client-s3';
import { DrctlError } from '../../engine/index.ts';
import { boundedCall } from './bounded-call.ts';
import { CONNECT_MS, IDLE_MS, MAX_ATTEMPTS, TRANSFER_MS } from './bounds.ts';
import { createAgent, endpointOf } from './settings.ts';
import type { AwsService, AwsSettings } from './settings.ts';

type S3Module = typeof S3;
type Route53Module = typeof Route53;

export interface S3Connection {
  readonly sdk: S3Module;
  readonly client: InstanceType<S3Module['S3Client']>;
  /** For pre-signed URLs: adds no checksum parameters, which would make them longer and bind them to a body. */
  readonly signer: InstanceType<S3Module['S3Client']>;
}

interface Route53Connection {
  readonly sdk: Route53Module;
  readonly client: InstanceType<Route53Module['Route53Client']>;
}

export interface AwsConnection {
  s3(): Promise<S3Connection>;
  route53(): Promise<Route53Connection>;
  /** The caller's ARN. */
  identity(signal: AbortSignal): Promise<string | undefined>;
  close(): void;
}

const silent = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

interface Closable {
  destroy(): void;
}

export function createAwsConnection(settings: AwsSettings): AwsConnection {
  const opened: Closable[] = [];
  let s3: Promise<S3Connection> | undefined;
  let route53: Promise<Route53Connection> | undefined;

  const keep = <T extends Closable>(client: T): T => {
    opened.push(client);
    return client;
  };

  const openS3 = async (): Promise<S3Connection> => {
    const config = await clientConfig(settings, 'S3');
    const sdk = await import('@aws-sdk/client-s3');
    const common = {
      ...config,
      region: settings.region ?? (await usualRegion(sdk, settings)),
      // Servers on loopback and in tests have no name for each bucket.
      forcePathStyle: config.endpoint !== undefined,
      followRegionRedirects: true,
    };
    const bare = {
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    } as const;
    return {
      sdk,
      client: keep(new sdk.S3Client(common)),
      signer: keep(new sdk.S3Client({ ...common, ...bare })),
    };
  };

  const openRoute53 = async (): Promise<Route53Connection> => {
    const config = await clientConfig(settings, 'ROUTE_53');
    const sdk = await import('@aws-sdk/client-route-53');
    return { sdk, client: keep(new sdk.Route53Client(config)) };
  };

  return {
    s3: () => (s3 ??= openS3()),
    route53: () => (route53 ??= openRoute53()),
    identity: async (signal) => {
      const config = await clientConfig(settings, 'STS');
      const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
      const client = keep(new STSClient(config));
      const answer = await boundedCall(signal, (options) =>
        client.send(new GetCallerIdentityCommand({}), options),
      );
      return answer.Arn;
    },
    close: () => {
      for (const client of opened.splice(0)) client.destroy();
    },
  };
}

async function clientConfig(settings: AwsSettings, service: AwsService) {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const endpoint = endpointOf(settings, service);
  const agent = await createAgent(settings, endpoint ?? 'https://amazonaws.com');
  const credentials = await credentialsOf(settings);
  return {
    ...(settings.region !== undefined && { region: settings.region }),
    maxAttempts: MAX_ATTEMPTS,
    logger: silent,
    requestHandler: {
      httpsAgent: agent,
      connectionTimeout: CONNECT_MS,
      socketTimeout: IDLE_MS,
      requestTimeout: TRANSFER_MS,
      throwOnRequestTimeout: true,
      logger: silent,
    },
    ...(endpoint !== undefined && { endpoint }),
    ...(settings.profile !== undefined && { profile: settings.profile }),
    ...(credentials !== undefined && { credentials }),
  };
}

/** Where the SDK's chain knows none, any region will do: S3 says which one a bucket is in, and the SDK goes there. */
async function usualRegion(sdk: S3Module, { profile }: AwsSettings): Promise<string> {
  const asking = new sdk.S3Client({ logger: silent, ...(profile !== undefined && { profile }) });
  try {
    return await asking.config.region();
  } catch {
    // AWS_DEFAULT_REGION is the aws command line's variable; the SDK does not read it.
    return process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  } finally {
    asking.destroy();
  }
}

/** undefined: the SDK's default chain. */
async function credentialsOf({ credentialsFile, profile }: AwsSettings) {
  if (credentialsFile === undefined || credentialsFile === '') return undefined;
  const { access } = await import('node:fs/promises');
  try {
    await access(credentialsFile);
  } catch (cause) {
    throw new DrctlError('TARGET_INVALID', `Cannot read the credentials file ${credentialsFile}`, {
      cause,
      hint: 'Check the target’s "credentialsFile"',
    });
  }
  const { fromIni } = await import('@aws-sdk/credential-provider-ini');
  return fromIni({
    filepath: credentialsFile,
    logger: silent,
    ignoreCache: true,
    ...(profile !== undefined && { profile }),
  });
}
