/*
 * What a server can do depends on its version. A rule of the suite that is younger than the oldest server it runs against
 * says here since when it holds, and the rule itself what an older server does instead.
 */
import type { Rest } from '../rest.ts';

/** The minor version since which a server does it unasked. */
const since = {
  managedSubresources: 22,
  deletedServiceCollections: 23,
  fieldValidation: 25,
  validationRules: 25,
  streamingLists: 32,
} as const;

export type Capability = keyof typeof since;

/** The first of these paths that is served tells the least version of a build that does not name its own. */
const servedSince: readonly (readonly [minor: number, path: string])[] = [
  [29, '/apis/flowcontrol.apiserver.k8s.io/v1'],
  [26, '/apis/flowcontrol.apiserver.k8s.io/v1beta3'],
  [23, '/apis/autoscaling/v2'],
  [21, '/apis/policy/v1'],
];
const oldestMinor = 20;

export async function minorVersion(kube: Pick<Rest, 'call'>): Promise<number> {
  const { body } = await kube.call('GET', '/version');
  const [, minor] = /^"v1\.(\d+)/.exec(JSON.stringify(body['gitVersion'])) ?? [];
  if (minor !== undefined) return Number(minor);
  for (const [least, path] of servedSince) {
    if ((await kube.call('GET', path)).code === 200) return least;
  }
  return oldestMinor;
}

export function can(minor: number, capability: Capability): boolean {
  return minor >= since[capability];
}
