/*
 * What a Kubernetes API server does, told through HTTP alone. The suite runs against the embedded server and a real
 * kube-apiserver, so that the embedded one stays honest. Only rules that hold for a bare API server (no controller manager)
 * are here; what depends on the server's version is declared in conformance/capabilities.ts.
 */
import { afterAll, beforeAll, vi } from 'vitest';
import { describeAccess } from './conformance/access.ts';
import { suiteContext } from './conformance/context.ts';
import { describeCustomResources } from './conformance/custom-resources.ts';
import { describeDeletion } from './conformance/deletion.ts';
import { describeDiscovery } from './conformance/discovery.ts';
import { describeFinalizers } from './conformance/finalizers.ts';
import { describeForms } from './conformance/forms.ts';
import { describeHistory } from './conformance/history.ts';
import { describeLists } from './conformance/lists.ts';
import { describeManagedFields } from './conformance/managed-fields.ts';
import { describeObjects } from './conformance/objects.ts';
import { describePatches } from './conformance/patches.ts';
import { describeServerSideApply } from './conformance/server-side-apply.ts';
import { describeStrategicMerge } from './conformance/strategic-merge.ts';
import { describeSubresources } from './conformance/subresources.ts';
import { describeValidation } from './conformance/validation.ts';
import { describeWatches } from './conformance/watches.ts';
import { startLimitMs, type TestServer } from './test-servers.ts';
import { widgets } from './widgets.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const servedWithinMs = 20_000;

/** Runs the suite against the server that `start` gives, and closes it. */
export function describeKubeServer(start: () => Promise<TestServer>): void {
  const suite = suiteContext();
  const { kube, namespace } = suite;

  beforeAll(async () => {
    await suite.connect(await start());
    await kube.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    await kube.call('POST', definitions, { body: widgets });
    await vi.waitFor(
      async () => {
        const { code } = await kube.call('GET', suite.widgets);
        if (code !== 200) throw new Error(`widgets are not served yet: ${code}`);
      },
      { timeout: servedWithinMs, interval: 100 },
    );
  }, startLimitMs);

  afterAll(async () => {
    kube.close();
    await suite.server().close();
  });

  const parts = [
    describeObjects,
    describeValidation,
    describeLists,
    describeForms,
    describeWatches,
    describeHistory,
    describePatches,
    describeStrategicMerge,
    describeServerSideApply,
    describeManagedFields,
    describeSubresources,
    describeCustomResources,
    describeDeletion,
    describeFinalizers,
    describeDiscovery,
    describeAccess,
  ];
  for (const part of parts) part(suite);
}
