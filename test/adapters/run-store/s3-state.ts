// The state of runs in the bucket of a test server, with ways to look into it and to come between drctl and the bucket.

import { createAwsConnection } from '../../../src/adapters/aws/sdk.ts';
import type { AwsConnection } from '../../../src/adapters/aws/sdk.ts';
import { createS3RunStore, createSystem } from '../../../src/adapters/index.ts';
import type { AwsSettings, StateStore } from '../../../src/adapters/index.ts';

/** A call of the SDK, each of its tries anew. */
export interface Sent {
  /** "PutObject" */
  readonly command: string;
  readonly key: string;
}

/** Comes before and after the server: awaits, throws, or does nothing. */
export interface Between {
  before?(sent: Sent): Promise<void> | void;
  after?(sent: Sent): Promise<void> | void;
  /** As a server does that does not know conditional writes: their headers never reach it. */
  readonly ignoresConditions?: boolean;
}

export interface S3Process {
  readonly store: StateStore;
  readonly connection: AwsConnection;
  readonly notices: readonly string[];
}

export const prefix = 'some/state/';

export interface ProcessOptions {
  readonly bucket?: string;
  readonly between?: Between;
  now?(): Date;
}

/** What one process on one machine has: a store with connections of its own. */
export function openProcess(settings: AwsSettings, options: ProcessOptions = {}): S3Process {
  const plain = createAwsConnection(settings);
  const { between } = options;
  let watched: ReturnType<AwsConnection['s3']> | undefined;
  const connection: AwsConnection = {
    ...plain,
    s3: () => (watched ??= plain.s3().then((s3) => intercept(s3, between))),
  };
  const notices: string[] = [];
  const store = createS3RunStore({
    uri: `s3://${options.bucket ?? 'plain'}/${prefix}`,
    connection,
    system: { now: options.now ?? createSystem().now },
    notice: (message) => notices.push(message),
  });
  return { store, connection, notices };
}

type S3 = Awaited<ReturnType<AwsConnection['s3']>>;

function intercept(s3: S3, between: Between | undefined): S3 {
  if (between === undefined) return s3;
  s3.client.middlewareStack.add(
    (next, context) => async (args) => {
      const { Key = '' } = args.input as { readonly Key?: string };
      const command = (context.commandName ?? '').replace(/Command$/, '');
      await between.before?.({ command, key: Key });
      const result = await next(args);
      await between.after?.({ command, key: Key });
      return result;
    },
    // Inside of the SDK's retries.
    { step: 'finalizeRequest', name: 'between', priority: 'low' },
  );
  if (between.ignoresConditions === true) {
    s3.client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { readonly headers: Record<string, string> };
        delete headers['if-none-match'];
        delete headers['if-match'];
        return next(args);
      },
      { step: 'build', name: 'ignoresConditions' },
    );
  }
  return s3;
}

/** As a connection that breaks is told by Node. */
export function reset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

/** Keys below the state's prefix, with what they hold. */
export async function contents(
  { connection }: Pick<S3Process, 'connection'>,
  below: string,
  bucket = 'plain',
): Promise<ReadonlyMap<string, string>> {
  const { sdk, client } = await connection.s3();
  const listed = await client.send(
    new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}${below}` }),
  );
  const found = new Map<string, string>();
  for (const { Key = '' } of listed.Contents ?? []) {
    const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key }));
    found.set(Key.slice(prefix.length), (await Body?.transformToString()) ?? '');
  }
  return found;
}

export async function put(
  { connection }: Pick<S3Process, 'connection'>,
  key: string,
  body: string,
): Promise<void> {
  const { sdk, client } = await connection.s3();
  await client.send(
    new sdk.PutObjectCommand({ Bucket: 'plain', Key: `${prefix}${key}`, Body: body }),
  );
}

export async function remove(
  { connection }: Pick<S3Process, 'connection'>,
  key: string,
): Promise<void> {
  const { sdk, client } = await connection.s3();
  await client.send(new sdk.DeleteObjectCommand({ Bucket: 'plain', Key: `${prefix}${key}` }));
}
