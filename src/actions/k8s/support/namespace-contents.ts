// What is in a namespace, over every kind that the server serves: for saying what a deletion takes along, and for
// freeing a namespace that hangs on the finalizers of what is left in it.

import { DrctlError, counted } from '../../../engine/index.ts';
import type { ReadContext, WriteContext } from '../../../engine/index.ts';
import type { DrPorts, KubeClient, KubeObject, KubeReader, KubeResource } from '../../ports.ts';
import { hasCode } from './errors.ts';
import { firstOf } from './first-of.ts';
import { groupBy } from './group-by.ts';
import { inParallel } from './in-parallel.ts';
import { describeObject, listAt, uidOf } from './objects.ts';
import { stripFinalizers, waitUntilGone } from './removal.ts';

const kindsAtOnce = 8;
const firstPauseMs = 200;
const maxPauseMs = 5_000;
/** The cloud provider that removes a Service's load balancer is alive; it gets about a minute. */
const roundsForServices = 16;
/** Longer than any timeout that a step can sensibly have. */
const maxRounds = 20_000;

/** Kinds that may not be listed are left out and told to `onDenied`; views of other kinds are left out. */
export async function contentsOf(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  namespace: string,
  onDenied: (kind: string) => void = () => {},
): Promise<readonly KubeObject[]> {
  const kinds = (await kube.resources(ctx.signal)).filter(
    ({ namespaced, verbs }) => namespaced && verbs.includes('list') && verbs.includes('delete'),
  );
  const found = await inParallel(kinds, kindsAtOnce, async (kind) =>
    objectsOf(kube, ctx, kind, { namespace, onDenied }),
  );
  return found.flat().filter((object) => !isMadeByPlatform(object));
}

async function objectsOf(
  kube: KubeReader,
  ctx: ReadContext<DrPorts>,
  { apiVersion, kind }: KubeResource,
  { namespace, onDenied }: { namespace: string; onDenied: (kind: string) => void },
): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  try {
    for await (const object of kube.list({ apiVersion, kind, namespace }, ctx.signal)) {
      objects.push(object);
    }
  } catch (error) {
    if (!hasCode(error, 'CLIENT_DENIED', 'CLIENT_NOT_FOUND')) throw error;
    if (hasCode(error, 'CLIENT_DENIED')) onDenied(kind);
  }
  return objects;
}

/** In every namespace of every cluster; they come back by themselves. */
function isMadeByPlatform({ kind, metadata: { name } }: KubeObject): boolean {
  return (
    kind === 'Event' ||
    (kind === 'ServiceAccount' && name === 'default') ||
    (kind === 'ConfigMap' && (name === 'kube-root-ca.crt' || name === 'openshift-service-ca.crt'))
  );
}

/** "3 Secrets, 1 Pod". */
export function countByKind(objects: readonly KubeObject[]): string {
  const groups = groupBy(objects, (object) => object.kind);
  return [...groups].map(([kind, members]) => counted(members.length, kind)).join(', ');
}

/** Strips the finalizers of what is being deleted in the namespace until the namespace itself is gone. */
export async function freeNamespace(
  kube: KubeClient,
  ctx: WriteContext<DrPorts>,
  namespace: KubeObject,
): Promise<void> {
  const { name } = namespace.metadata;
  let pauseMs = firstPauseMs;
  for (let round = 0; round < maxRounds; round += 1) {
    const present = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name }, ctx.signal);
    if (present === undefined || uidOf(present) !== uidOf(namespace)) return;
    const held = (await contentsOf(kube, ctx, name)).filter(
      (object) =>
        object.metadata['deletionTimestamp'] !== undefined &&
        listAt(object, 'finalizers').length > 0 &&
        (object.kind !== 'Service' || round >= roundsForServices),
    );
    for (const object of held) await stripFinalizers(kube, ctx, object);
    const [first] = held;
    ctx.report({
      message: `Waiting for ${describeObject(namespace)} to be gone; last seen: ${
        first === undefined
          ? 'being deleted'
          : `${held.length} held, for one ${describeObject(first)}`
      }`,
    });
    // The look at everything in it is what is paced; its end is watched.
    const roundMs = pauseMs;
    await firstOf(ctx, [
      async (within) => within.sleep(roundMs),
      async (within) => waitUntilGone(kube, within, [namespace], 'keep'),
    ]);
    pauseMs = Math.min(pauseMs * 2, maxPauseMs);
  }
  throw new DrctlError('CLIENT_CONFLICT', `Namespace ${name} does not end`);
}
