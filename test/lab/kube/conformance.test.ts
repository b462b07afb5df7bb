/*
 * The conformance suite against the embedded server and against a real kube-apiserver.
 */
import { describe } from 'vitest';
import { describeKubeServer } from './conformance.suite.ts';
import { testServers } from './test-servers.ts';

describe.each(testServers)('Kubernetes API: %s', (_name, isMissing, start) => {
  describe.skipIf(isMissing)('conformance', () => {
    describeKubeServer(() => start());
  });
});
