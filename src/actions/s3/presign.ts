// s3.presign: a URL that whoever has it can use until it expires. It is secret and perishable: never journaled, signed as
// late as possible and again on resume. A URL that its reader would refuse is refused here, before anything depends on it.

import { Type } from 'typebox';
import type { Static } from 'typebox';
import {
  DrctlError,
  Duration,
  Sensitive,
  defineReadAction,
  formatDuration,
  mayBe,
  parseDuration,
} from '../../engine/index.ts';
import type { ReadContext } from '../../engine/index.ts';
import type { DrPorts } from '../ports.ts';
import { mayOnObject } from './support/permissions.ts';
import { addressOf, objectParams, uriOf, versionParam } from './support/params.ts';

const params = Type.Object(
  {
    ...objectParams,
    versionId: versionParam,
    method: Type.Optional(
      Type.Enum(['GET', 'PUT'], { description: 'What the URL allows', default: 'GET' }),
    ),
    expires: Type.Optional(
      Duration({ description: 'How long the URL shall work, at most 7d', default: '24h' }),
    ),
    maxLength: Type.Optional(
      Type.Integer({
        description: 'Refuse a URL that is longer: a HostedCluster takes 1024 characters',
        minimum: 1,
        default: 1024,
      }),
    ),
    minimumValidity: Type.Optional(
      Duration({
        description: 'Refuse when the credentials end before the URL has worked this long',
        default: '1h',
      }),
    ),
  },
  { additionalProperties: false },
);

const outputs = Type.Object({
  url: Sensitive({ description: 'The pre-signed URL' }),
  expiresAt: Type.String({ description: 'RFC 3339, UTC' }),
  length: Type.Integer({ description: 'Characters of the URL' }),
});

export const s3Presign = defineReadAction<DrPorts, typeof params, typeof outputs>({
  name: 's3.presign',
  version: 1,
  summary: 'Signs a URL for an object, and refuses one that is too long or ends too early',
  examples: [
    {
      id: 'snapshot-url',
      action: 's3.presign',
      with: { target: 'aws', bucket: 'dr-backups', key: 'prod/etcd.db', expires: '24h' },
    },
  ],
  params,
  outputs,
  // Signing asks nobody; whoever uses the URL does it with our rights.
  permissions: (wanted) => ({
    carryOut: mayOnObject(
      wanted,
      ...(mayBe(wanted.method ?? 'GET', 'PUT') ? ['s3:PutObject'] : []),
      ...(mayBe(wanted.method ?? 'GET', 'GET') ? ['s3:GetObject'] : []),
      ...(wanted.versionId === undefined ? [] : ['s3:GetObjectVersion']),
    ),
  }),
  perishable: true,
  read,
});

/** S3's own maximum: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const maxExpiryMs = 7 * 24 * 60 * 60 * 1_000;
/** Clocks differ a little, and signing takes a moment. */
const slackMs = 60_000;

async function read(
  wanted: Static<typeof params>,
  ctx: ReadContext<DrPorts>,
): Promise<Static<typeof outputs>> {
  const expiresMs = parseDuration(wanted.expires ?? '24h');
  if (expiresMs > maxExpiryMs) {
    throw new DrctlError(
      'PARAMS_INVALID',
      `expires is ${wanted.expires ?? ''}, S3 signs URLs for at most 7d`,
    );
  }
  const s3 = await ctx.readers.s3(wanted.target);
  const { url, expiresAt } = await s3.presign(addressOf(wanted), {
    method: wanted.method ?? 'GET',
    expiresInSeconds: Math.max(1, Math.floor(expiresMs / 1_000)),
  });
  const maxLength = wanted.maxLength ?? 1024;
  if (url.length > maxLength) {
    throw new DrctlError(
      'ASSERTION_FAILED',
      `The pre-signed URL of ${uriOf(wanted)} has ${url.length} characters, at most ${maxLength} are taken`,
      {
        hint: 'Session credentials put their token into the URL: sign with the long-lived key of a user, or shorten the key',
      },
    );
  }
  checkValidity({ wanted, expiresAt, expiresMs, now: ctx.now() });
  return { url, expiresAt, length: url.length };
}

function checkValidity(check: {
  readonly wanted: Static<typeof params>;
  readonly expiresAt: string;
  readonly expiresMs: number;
  readonly now: Date;
}): void {
  const { wanted, expiresAt, expiresMs, now } = check;
  const neededMs = Math.min(expiresMs, parseDuration(wanted.minimumValidity ?? '1h'));
  const needed = structuredClone(now);
  needed.setTime(now.getTime() + neededMs - slackMs);
  // Both are in the one form of toISOString, which sorts by time.
  if (expiresAt >= needed.toISOString()) return;
  throw new DrctlError(
    'ASSERTION_FAILED',
    `The credentials end at ${expiresAt}: the URL of ${uriOf(wanted)} would not work for ${formatDuration(neededMs)}`,
    { hint: 'Renew the session, or sign with credentials that last longer' },
  );
}
