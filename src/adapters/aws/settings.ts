// Where the AWS clients connect and as whom: the runbook's target first, then what AWS's own tools read. TLS is always
// verified; a CA bundle replaces the built-in roots, as it does for the aws command line.

import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { DrctlError } from '../../engine/index.ts';
import { proxyFor } from '../kubernetes/proxy.ts';

export interface AwsSettings {
  /** AWS_REGION or the profile's when absent, as the SDK finds it; a bucket of another region is found from any. */
  readonly region?: string;
  /** A shared credentials file; the default chain (environment, profile, web identity, instance role) when absent. */
  readonly credentialsFile?: string;
  readonly profile?: string;
  /** One endpoint for all services; AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> when absent. */
  readonly endpoint?: string;
  /** PEM file; AWS_CA_BUNDLE when absent. */
  readonly caBundle?: string;
}

export type AwsService = 'S3' | 'ROUTE_53' | 'STS';

/** undefined: AWS's own endpoint of the region. */
export function endpointOf(settings: AwsSettings, service: AwsService): string | undefined {
  const given =
    settings.endpoint ??
    process.env[`AWS_ENDPOINT_URL_${service}`] ??
    process.env['AWS_ENDPOINT_URL'];
  return given === '' ? undefined : given;
}

const keepAliveMs = 15_000;
const maxSockets = 32;

/** TARGET_INVALID when the CA bundle cannot be read. */
export async function createAgent(settings: AwsSettings, endpoint: string): Promise<https.Agent> {
  const ca = await caBundleOf(settings);
  const connections = {
    keepAlive: true,
    keepAliveMsecs: keepAliveMs,
    maxSockets,
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch verification off.
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
  };
  const proxy = proxyFor(endpoint, process.env);
  if (proxy === undefined) return new https.Agent(connections);
  const { HttpsProxyAgent } = await import('hpagent');
  return new HttpsProxyAgent({ ...connections, proxy });
}

async function caBundleOf(settings: AwsSettings): Promise<string | undefined> {
  const path = settings.caBundle ?? process.env['AWS_CA_BUNDLE'];
  if (path === undefined || path === '') return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new DrctlError('TARGET_INVALID', `Cannot read the CA bundle ${path}`, {
      cause,
      hint: 'Check the target’s "caBundle", or AWS_CA_BUNDLE',
    });
  }
}
