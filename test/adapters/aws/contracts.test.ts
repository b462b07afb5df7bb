import { bucketClientSuite } from '../../contracts/bucket-client.suite.ts';
import { zoneClientSuite } from '../../contracts/zone-client.suite.ts';
import { startTarget } from './target.ts';

bucketClientSuite('AWS SDK', async () => {
  const { target, close } = await startTarget();
  return { client: target.bucketClient, close };
});

zoneClientSuite('AWS SDK', async () => {
  const { target, close } = await startTarget();
  return { client: target.zoneClient, close };
});
