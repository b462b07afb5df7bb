/*
 * /version: what clients read to adapt themselves to a server.
 */
import type { JsonObject } from './objects.ts';

/** The Kubernetes version the server claims unless told otherwise. */
export const defaultVersion = 'v1.32.4';

/** The answer for a version like "v1.32.4". */
export function versionInfo(version: string): JsonObject {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  return {
    major,
    minor,
    gitVersion: version,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'go1.23.6',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}
