/*
 * What a Kubernetes API server does, told through HTTP alone. The suite runs against the embedded server on
 * every test run, and against a real kube-apiserver when one is given, so that the embedded one stays honest.
 * Only rules that hold for a bare API server (no controller manager) are here.
 */
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { suiteContext } from './conformance/context.ts';
import { describeCustomResources } from './conformance/custom-resources.ts';
import { describeDeletion } from './conformance/deletion.ts';
import { describeDiscovery } from './conformance/discovery.ts';
import { describeLists } from './conformance/lists.ts';
import { describeObjects } from './conformance/objects.ts';
import { describePatches } from './conformance/patches.ts';
import { describeServerSideApply } from './conformance/server-side-apply.ts';
import { describeSubresources } from './conformance/subresources.ts';
import { describeWatches } from './conformance/watches.ts';
import type { Connection } from './rest.ts';
import { widgets } from './widgets.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const servedWithinMs = 20_000;

/** Runs the suite against the server `connect` gives. */
export function describeKubeServer(name: string, connect: () => Promise<Connection>): void {
  describe(`Kubernetes API: ${name}`, () => {
    const suite = suiteContext();
    const { kube, namespace } = suite;

    beforeAll(async () => {
      suite.connect(await connect());
      await kube.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
      await kube.call('POST', definitions, { body: widgets });
      await vi.waitFor(
        async () => {
          const { code } = await kube.call('GET', suite.widgets);
          if (code !== 200) throw new Error(`widgets are not served yet: ${code}`);
        },
        { timeout: servedWithinMs, interval: 100 },
      );
    });

    afterAll(async () => {
      await kube.call('DELETE', `/api/v1/namespaces/${namespace}`);
      await kube.call('DELETE', `${definitions}/${widgets.metadata.name}`);
      kube.close();
    });

    describeObjects(suite);
    describeLists(suite);
    describeWatches(suite);
    describePatches(suite);
    describeServerSideApply(suite);
    describeSubresources(suite);
    describeCustomResources(suite);
    describeDeletion(suite);
    describeDiscovery(suite);
  });
}
