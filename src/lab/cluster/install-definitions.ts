// CustomResourceDefinitions into a server, and waiting until it serves them: a real one takes seconds for large ones.

import { LabError } from '../lab-types.ts';
import { KubeError, type Client } from './client.ts';
import { at, listAt, textAt, type Kind, type KubeObject } from './objects.ts';

const definitionKind: Kind = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

const SERVED_LIMIT_MS = 120_000;
const POLL_MS = 100;

/** Those that are there already stay as they are. LabError names what is refused, or not served in time. */
export async function installDefinitions(
  client: Client,
  definitions: readonly object[],
): Promise<void> {
  const objects = definitions as readonly KubeObject[];
  await Promise.all(objects.map((object) => create(client, object)));
  const deadline = Date.now() + SERVED_LIMIT_MS;
  for (const object of objects) {
    for (const path of servedPaths(object)) {
      while ((await client.raw(path)).status !== 200) {
        if (Date.now() > deadline) {
          throw new LabError(
            `The definition ${object.metadata.name} is not served after ${SERVED_LIMIT_MS / 1_000} s`,
            'Look into the log of its kube-apiserver in the lab’s folder',
          );
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  }
}

async function create(client: Client, object: KubeObject): Promise<void> {
  try {
    await client.create(definitionKind, object);
  } catch (cause) {
    if (!(cause instanceof KubeError) || cause.code === 0) throw cause;
    if (cause.code === 409) return;
    throw new LabError(
      `The server refuses the definition ${object.metadata.name}: ${cause.message}`,
      'Is it of a newer Kubernetes than this server?',
      { cause },
    );
  }
}

/** A list of one object in each served version. */
function servedPaths(object: KubeObject): readonly string[] {
  const group = textAt(object, 'spec', 'group') ?? '';
  const plural = textAt(object, 'spec', 'names', 'plural') ?? '';
  return listAt(object, 'spec', 'versions')
    .filter((version) => at(version, 'served') === true)
    .map((version) => `/apis/${group}/${textAt(version, 'name') ?? ''}/${plural}?limit=1`);
}
