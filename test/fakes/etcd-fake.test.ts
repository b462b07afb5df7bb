import { etcdClientSuite } from '../contracts/etcd-client.suite.ts';
import { FakeEtcd } from './etcd-fake.ts';

etcdClientSuite('the fake', () => {
  const client = new FakeEtcd();
  client.addMember('etcd-0', { isLeader: true }).expiredAt = [100];
  client.addMember('etcd-1', { healthy: false, because: 'no quorum' });
  return client;
});
