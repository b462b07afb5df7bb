/*
 * The conformance suite against the embedded server, and against a real one when DRCTL_TEST_KUBE_URL, _TOKEN
 * and _CA (a file) name it.
 */
import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import type { KubeServer } from '../../../src/lab/kube/index.ts';
import { describeKubeServer } from './conformance.suite.ts';
import { startServer } from './start-server.ts';

const servers: KubeServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

describeKubeServer('embedded', async () => {
  const { server, connection } = await startServer();
  servers.push(server);
  return connection;
});

const { DRCTL_TEST_KUBE_URL: baseUrl, DRCTL_TEST_KUBE_TOKEN: token = '' } = process.env;
if (baseUrl !== undefined) {
  const ca = readFileSync(process.env['DRCTL_TEST_KUBE_CA'] ?? '', 'utf8');
  describeKubeServer('real', () => Promise.resolve({ baseUrl, token, ca }));
}
