// An AWS server under the conformance rules: clients of the SDK for it, and the few things that are made differently on
// each server (buckets and zones).

import { Agent, request } from 'node:https';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import type { AccessKey } from '../../../../src/lab/world/aws-client.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** That of the buckets, and of the lab's own client. */
export const region = 'us-west-1';

export interface BucketChoice {
  readonly versioned?: boolean;
  readonly public?: boolean;
}

/** What each server brings along. */
export interface AwsServerFacts {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly admin: AccessKey;
  readonly reader: AccessKey;
  createBucket(name: string, choice: BucketChoice): Promise<void>;
  /** Gives the id. */
  createZone(name: string, choice: { readonly private: boolean }): Promise<string>;
  close(): Promise<void>;
}

export interface ClientOptions {
  /** The administrator when absent. */
  readonly key?: AccessKey;
  readonly region?: string;
  readonly clockOffsetMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface AwsUnderTest extends AwsServerFacts {
  readonly s3: S3Client;
  readonly route53: Route53Client;
  s3As(options: ClientOptions): S3Client;
  route53As(options: ClientOptions): Route53Client;
  stsAs(options: ClientOptions): STSClient;
  /** A bucket that no other rule uses. */
  newBucket(choice?: BucketChoice): Promise<string>;
  /** A zone "example.com" that no other rule uses; gives its id. */
  newZone(): Promise<string>;
  /** As somebody who has only the URL. */
  fetch(url: string, init?: { readonly method?: string; readonly body?: string }): Promise<Answer>;
}

export function underTest(facts: AwsServerFacts): AwsUnderTest {
  const httpsAgent = new Agent({ ca: facts.ca, keepAlive: true });
  const opened: { destroy(): void }[] = [];
  const keep = <T extends { destroy(): void }>(client: T): T => {
    opened.push(client);
    return client;
  };
  const settings = (options: ClientOptions) => ({
    endpoint: facts.url,
    region: options.region ?? region,
    credentials: options.key ?? facts.admin,
    maxAttempts: 1,
    systemClockOffset: options.clockOffsetMs ?? 0,
    requestHandler: { httpsAgent },
  });
  const s3As = (options: ClientOptions): S3Client =>
    keep(new S3Client({ ...settings(options), forcePathStyle: true }));
  const route53As = (options: ClientOptions): Route53Client =>
    keep(new Route53Client({ ...settings({ region: 'us-east-1', ...options }) }));
  let buckets = 0;
  return {
    ...facts,
    s3: s3As({}),
    route53: route53As({}),
    s3As,
    route53As,
    stsAs: (options) => keep(new STSClient(settings(options))),
    newBucket: async (choice = {}) => {
      buckets += 1;
      const name = `rules-${buckets}`;
      await facts.createBucket(name, choice);
      return name;
    },
    newZone: () => facts.createZone('example.com', { private: false }),
    fetch: (url, init = {}) => send(httpsAgent, url, init),
    close: async () => {
      for (const client of opened) client.destroy();
      httpsAgent.destroy();
      await facts.close();
    },
  };
}

function send(
  agent: Agent,
  url: string,
  { method = 'GET', body = '' }: { readonly method?: string; readonly body?: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    if (body !== '') sent.setHeader('content-length', Buffer.byteLength(body));
    sent.end(body);
  });
}
