/*
 * The ends of objects, told through HTTP alone: garbage collection, orphaning, foreground deletion, namespaces, CRDs. The
 * embedded server carries them out itself; a bare kube-apiserver has the lab's lifecycle controllers beside it.
 */
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { endsContext, widgetPath, within } from './lifecycle/context.ts';
import { describeGarbageCollection } from './lifecycle/garbage-collection.ts';
import { describeNamespaces } from './lifecycle/namespaces.ts';
import type { Connection } from './rest.ts';
import { startLimitMs } from './test-servers.ts';
import { widgets } from './widgets.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Runs the suite against the server `connect` gives, with whatever ends objects there. */
export function describeControllers(connect: () => Promise<Connection>): void {
  const context = endsContext();

  beforeAll(async () => {
    context.connect(await connect());
    await context.kube.call('POST', definitions, { body: widgets });
    await vi.waitFor(async () => expect(await context.codeOf(widgetPath)).toBe(200), within);
  }, startLimitMs);
  afterAll(() => context.kube.close());

  describeGarbageCollection(context);
  describeNamespaces(context);
}
