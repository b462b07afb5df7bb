import { bucketClientSuite } from '../contracts/bucket-client.suite.ts';
import { FakeBuckets } from './bucket-fake.ts';

bucketClientSuite('the fake', async () => {
  const client = new FakeBuckets();
  client.addBucket('plain');
  client.addBucket('versioned', { versioned: true });
  client.addBucket('open', { public: true });
  return { client, close: async () => undefined };
});
