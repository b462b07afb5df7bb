// The AWS adapter keeps the contracts of its ports, against the lab's own server and against one that nobody here wrote.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketClientSuite } from '../../contracts/bucket-client.suite.ts';
import { zoneClientSuite } from '../../contracts/zone-client.suite.ts';
import { motoProgram } from '../../lab/real/moto.ts';
import { MotoTargets, region } from './moto-target.ts';
import { startTarget } from './target.ts';

bucketClientSuite('AWS SDK', async () => {
  const { target, close } = await startTarget();
  return { client: target.bucketClient, close };
});

zoneClientSuite('AWS SDK', async () => {
  const { target, close } = await startTarget();
  return { client: target.zoneClient, close };
});

describe.skipIf(motoProgram === undefined)('moto_server (skipped where it is absent)', () => {
  const targets = new MotoTargets();
  beforeAll(() => targets.start());
  afterAll(() => targets.close());

  it('a server that does not say whether a policy makes a bucket public leaves it unknown', async () => {
    const { target, close } = await targets.open();
    const { signal } = new AbortController();
    const facts = await target.bucketReader.bucket('open-by-policy', signal);
    expect(facts).toMatchObject({ public: undefined });
    await close();
  });

  bucketClientSuite('AWS SDK', async () => {
    const { target, close } = await targets.open();
    return { client: target.bucketClient, region, close };
  });

  zoneClientSuite('AWS SDK', async () => {
    const { target, zoneId, close } = await targets.open();
    // Where AWS says InvalidChangeBatch, moto says InvalidInput.
    return { client: target.zoneClient, zoneId, close, wrongDelete: 'CLIENT_INVALID' };
  });
});
