import { Type } from 'typebox';
import { Duration, Sensitive } from '../../engine/index.ts';
import { objectParams, versionParam } from './params.ts';

export const params = Type.Object(
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

export const outputs = Type.Object({
  url: Sensitive({ description: 'The pre-signed URL' }),
  expiresAt: Type.String({ description: 'RFC 3339, UTC' }),
  length: Type.Integer({ description: 'Characters of the URL' }),
});
