// Server-side apply, for real and as a preview (dryRun=All): the same request, so that a preview cannot lie.

import type { ApplyOptions, KubeObject } from '../../actions/ports.ts';
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { objectName, objectPath, queryText } from './paths.ts';
import { STRICT } from './settings.ts';

export async function applyObject(
  { connection, discovery }: { readonly connection: Connection; readonly discovery: Discovery },
  desired: KubeObject,
  options: ApplyOptions & { readonly dryRun: boolean },
): Promise<KubeObject> {
  const { signal } = options;
  const resource = await discovery.get(desired, signal);
  const ref = refOf(desired);
  return connection.json<KubeObject>({
    method: 'PATCH',
    path:
      objectPath(resource, ref) +
      queryText({
        fieldManager: options.fieldManager,
        force: options.force ? 'true' : undefined,
        dryRun: options.dryRun ? 'All' : undefined,
        fieldValidation: STRICT,
      }),
    verb: options.dryRun ? 'preview' : 'apply',
    object: objectName(ref),
    // The server wants the resolved version in the body as well as in the path.
    body: { ...desired, apiVersion: resource.apiVersion },
    contentType: 'application/apply-patch+yaml',
    signal,
  });
}

export function refOf(object: KubeObject): {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
} {
  const namespace = object.metadata['namespace'];
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(typeof namespace === 'string' ? { namespace } : {}),
  };
}
