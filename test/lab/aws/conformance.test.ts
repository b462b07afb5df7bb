// AWS as clients of the SDK see it: every rule is held against the lab's own server and against moto_server.

import { describe, expect, it } from 'vitest';
import { motoProgram } from '../real/moto.ts';
import { motoDifferences } from './conformance/moto-differences.ts';
import { presignedRules } from './conformance/presigned.ts';
import { batchRules } from './conformance/route53-batches.ts';
import { processingRules, requestRules } from './conformance/route53-limits.ts';
import { zoneRules } from './conformance/route53-zones.ts';
import { holdRules, type Rules } from './conformance/rules.ts';
import { bucketRules } from './conformance/s3-buckets.ts';
import { multipartRules } from './conformance/s3-multipart.ts';
import { objectRules } from './conformance/s3-objects.ts';
import { versionRules } from './conformance/s3-versions.ts';
import { startEmbedded, startMotoUnderTest } from './conformance/servers.ts';
import { signatureRules } from './conformance/signatures.ts';

const content: Readonly<Record<string, Rules>> = {
  objects: objectRules,
  'multipart uploads': multipartRules,
  versions: versionRules,
  buckets: bucketRules,
  'pre-signed URLs': presignedRules,
  'change batches': batchRules,
  zones: zoneRules,
};
const signatures = { signatures: signatureRules };
const requests = { 'requests in a second': requestRules };
const processing = { 'changes being processed': processingRules };

holdRules(
  { name: 'embedded', start: () => startEmbedded(), differences: {} },
  {
    ...content,
    ...signatures,
  },
);
// For the limits the clock stands still, so that a slow machine makes no pauses.
const stopped = new Date();
holdRules(
  {
    name: 'embedded with a limit of requests',
    start: () => startEmbedded({ now: () => stopped, dnsRequestsPerSecond: 5 }),
    differences: {},
  },
  requests,
);
holdRules(
  {
    name: 'embedded with slow changes',
    start: () => startEmbedded({ now: () => stopped, dnsProcessingMs: 1_000 }),
    differences: {},
  },
  processing,
);

const moto = {
  differences: motoDifferences,
  ...(motoProgram === undefined && { skipped: 'moto_server is not here' }),
};
const motoRules = [
  ...holdRules(
    { ...moto, name: 'moto', start: () => startMotoUnderTest({ verifies: false }) },
    { ...content, ...requests, ...processing },
  ),
  ...holdRules(
    {
      ...moto,
      name: 'moto that verifies signatures',
      start: () => startMotoUnderTest({ verifies: true }),
    },
    signatures,
  ),
];

describe('the known differences of moto', () => {
  it('are differences from rules that are held', () => {
    expect(motoRules).toEqual(expect.arrayContaining(Object.keys(motoDifferences)));
  });
});
