// The OIDC documents in the public bucket: the hosted cluster's own operators prove with them to AWS who they are.

import { kinds } from '../../cluster/kinds.ts';
import { textAt, type KubeObject } from '../../cluster/objects.ts';
import type { World } from '../../world/world.ts';
import { OIDC_BUCKET } from '../../world/settings.ts';

const SEEN_MS = 1_000;

/** Keys in the bucket, below the infra id. */
export const OIDC_PATHS = ['.well-known/openid-configuration', 'openid/v1/jwks'] as const;

export function oidcKeys(infraId: string): readonly string[] {
  return OIDC_PATHS.map((path) => `${infraId}/${path}`);
}

function infraIdOf(hostedCluster: KubeObject): string {
  return textAt(hostedCluster, 'spec', 'infraID') ?? '';
}

/** Asked in every round of the operator, so the answer of the last second will do. */
export async function hasOidcDocuments(world: World, hostedCluster: KubeObject): Promise<boolean> {
  const id = infraIdOf(hostedCluster);
  const known = world.oidcSeen.get(id);
  if (known !== undefined && Date.now() - known.at < SEEN_MS) return known.there;
  const there = await findOidcDocuments(world, hostedCluster);
  world.oidcSeen.set(id, { at: Date.now(), there });
  return there;
}

async function findOidcDocuments(world: World, hostedCluster: KubeObject): Promise<boolean> {
  for (const key of oidcKeys(infraIdOf(hostedCluster))) {
    if (!(await hasObject(world, key))) return false;
  }
  return true;
}

export async function hasObject(world: World, key: string): Promise<boolean> {
  const answer = await world.aws.send({
    service: 's3',
    method: 'HEAD',
    path: `/${OIDC_BUCKET}/${key}`,
  });
  return answer.status === 200;
}

export async function uploadOidcDocuments(
  world: World,
  hostedCluster: KubeObject,
  signingKey: KubeObject,
): Promise<void> {
  const issuer = textAt(hostedCluster, 'spec', 'issuerURL') ?? '';
  const publicKey = signingKey.data?.['service-account.pub'] ?? '';
  const documents = [
    JSON.stringify({ issuer, jwks_uri: `${issuer}/openid/v1/jwks` }),
    JSON.stringify({ keys: [{ use: 'sig', kid: publicKey.slice(0, 16) }] }),
  ];
  for (const [index, key] of oidcKeys(infraIdOf(hostedCluster)).entries()) {
    await world.aws.send({
      service: 's3',
      method: 'PUT',
      path: `/${OIDC_BUCKET}/${key}`,
      body: documents[index] ?? '',
    });
  }
  world.oidcSeen.delete(infraIdOf(hostedCluster));
}

export async function removeOidcDocuments(world: World, hostedCluster: KubeObject): Promise<void> {
  for (const key of oidcKeys(infraIdOf(hostedCluster))) {
    await world.aws.send({ service: 's3', method: 'DELETE', path: `/${OIDC_BUCKET}/${key}` });
  }
  world.log(`${kinds.hostedCluster.kind} ${hostedCluster.metadata.name}: OIDC documents removed`);
}
