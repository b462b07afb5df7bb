/*
 * What ends objects: the embedded server's own controllers, and the lab's lifecycle controllers beside a bare
 * kube-apiserver.
 */
import { afterAll, describe } from 'vitest';
import { startLifecycleControllers } from '../../../src/lab/controllers/lifecycle/index.ts';
import { describeControllers } from './controllers.suite.ts';
import type { Connection } from './rest.ts';
import { testServers, type TestServer } from './test-servers.ts';

describe.each(testServers)('ends of objects: %s', (name, isMissing, start) => {
  let server: TestServer | undefined;
  let ended: readonly Promise<void>[] = [];
  const stop = new AbortController();

  function startControllers({ baseUrl, token, ca }: Connection): void {
    ended = startLifecycleControllers(
      { server: baseUrl, token, ca },
      { name, signal: stop.signal, delay: (ms) => ms, log: () => undefined },
    );
  }

  describe.skipIf(isMissing)('lifecycles', () => {
    describeControllers(async () => {
      server = await start();
      if (name !== 'embedded') startControllers(server.connection);
      return server.connection;
    });
    afterAll(async () => {
      stop.abort();
      await Promise.all(ended);
      await server?.close();
    });
  });
});
