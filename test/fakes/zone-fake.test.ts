import { zoneClientSuite } from '../contracts/zone-client.suite.ts';
import { FakeZones } from './zone-fake.ts';

zoneClientSuite('the fake', async () => {
  const client = new FakeZones();
  client.addZone('Z1', 'example.com');
  return { client, close: async () => undefined };
});
