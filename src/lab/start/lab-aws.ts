// What the lab needs of its AWS, whoever serves it.

import type { AccessKey, AwsClient } from '../world/aws-client.ts';
import { REGION } from '../world/settings.ts';
import type { ZoneIds } from '../world/zone.ts';

export interface LabAws {
  /** For AWS_ENDPOINT_URL; always https, with a certificate of the lab's authority. */
  readonly url: string;
  /** With credentials of the lab's own, so that its requests can be told from an operator's in the log. */
  readonly client: AwsClient;
  /** Content of an AWS credentials file for whoever rehearses. */
  readonly credentialsFile: string;
  readonly zoneIds: ZoneIds;
  close(): Promise<void>;
}

export function credentialsFile(key: AccessKey): string {
  return `[default]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\nregion = ${REGION}\n`;
}
