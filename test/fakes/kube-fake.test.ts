// The fake API server keeps the contract of every KubeClient, so that what is proved on it holds on a real one.

import { kubeClientSuite } from '../contracts/kube-client.suite.ts';
import { FakeKube } from './kube-fake.ts';

kubeClientSuite('fake', async () => {
  const client = new FakeKube();
  client.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } });
  return { client, close: async () => {} };
});
