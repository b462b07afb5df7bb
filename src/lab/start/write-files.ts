// The files for whoever rehearses: kubeconfigs, the authority, credentials, and an env file in the names of the documented
// procedure. All private to their owner, all paths absolute.

import { writePrivate } from '../daemon/state-files.ts';
import type { LabFiles } from '../lab-types.ts';
import { join } from 'node:path';
import {
  BACKUP_BUCKET,
  BASE_DOMAIN,
  CLUSTER_NAMES,
  DOMAIN,
  HC_NAME,
  HC_NAMESPACE,
  REGION,
  type Settings,
} from '../world/settings.ts';

export interface FileContents {
  readonly sourceKubeconfig: string;
  readonly destinationKubeconfig: string;
  readonly hostedKubeconfig: string;
  readonly ca: string;
  readonly awsCredentials: string;
  readonly awsUrl: string;
  readonly publicZoneId: string;
}

export interface Written {
  readonly files: LabFiles;
  readonly env: Readonly<Record<string, string>>;
}

export async function writeLabFiles(settings: Settings, contents: FileContents): Promise<Written> {
  const { dir } = settings;
  const files: LabFiles = {
    envFile: join(dir, 'lab.env'),
    sourceKubeconfig: join(dir, 'source.kubeconfig'),
    destinationKubeconfig: join(dir, 'destination.kubeconfig'),
    hostedKubeconfig: join(dir, 'hosted.kubeconfig'),
    ca: join(dir, 'ca.crt'),
    awsCredentials: join(dir, 'aws-credentials'),
  };
  const env = envOf(settings, files, contents);
  await writePrivate(files.sourceKubeconfig, contents.sourceKubeconfig);
  await writePrivate(files.destinationKubeconfig, contents.destinationKubeconfig);
  await writePrivate(files.hostedKubeconfig, contents.hostedKubeconfig);
  await writePrivate(files.ca, contents.ca);
  await writePrivate(files.awsCredentials, contents.awsCredentials);
  await writePrivate(files.envFile, renderEnv(env));
  return { files, env };
}

function envOf(
  settings: Settings,
  files: LabFiles,
  { awsUrl, publicZoneId }: Pick<FileContents, 'awsUrl' | 'publicZoneId'>,
): Record<string, string> {
  return {
    HC_CLUSTER_NAME: HC_NAME,
    HC_CLUSTER_NS: HC_NAMESPACE,
    HC_REGION: REGION,
    HC_KUBECONFIG: files.hostedKubeconfig,
    MGMT_CLUSTER_NAME: CLUSTER_NAMES.source,
    MGMT_REGION: REGION,
    MGMT_KUBECONFIG: files.sourceKubeconfig,
    MGMT2_CLUSTER_NAME: CLUSTER_NAMES.destination,
    MGMT2_KUBECONFIG: files.destinationKubeconfig,
    CONTROL_PLANE_AVAILABILITY_POLICY: settings.highlyAvailable
      ? 'HighlyAvailable'
      : 'SingleReplica',
    NODE_POOL_REPLICAS: String(settings.nodePoolReplicas),
    BASE_DOMAIN,
    EXTERNAL_DNS_DOMAIN: DOMAIN,
    AWS_ZONE_ID: publicZoneId,
    BUCKET_NAME: BACKUP_BUCKET,
    AWS_CREDS: files.awsCredentials,
    AWS_CREDS_PROFILE: 'default',
    LAB_AWS_ENDPOINT_URL: awsUrl,
    LAB_AWS_CA_BUNDLE: files.ca,
    // For a shell that sources this file: what the aws command line reads.
    AWS_ENDPOINT_URL: awsUrl,
    AWS_CA_BUNDLE: files.ca,
    AWS_SHARED_CREDENTIALS_FILE: files.awsCredentials,
    AWS_REGION: REGION,
  };
}

function renderEnv(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return ['# Values of this lab, in the names of the documented procedure.', ...lines, ''].join(
    '\n',
  );
}
