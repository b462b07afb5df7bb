// The audit log of an embedded API server, in the place and the form of a real one's as far as it is read: who asked for
// what. It is written as the request is authorised, so that it has no status.
// https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/

import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serversFolder } from '../daemon/state-files.ts';
import type { KubeServerOptions } from '../kube/index.ts';
import type { Settings } from '../world/settings.ts';

/** Options of the server; none when the lab keeps no audit logs. */
export function auditTo(
  settings: Settings,
  folder: string,
  name: string,
): Pick<KubeServerOptions, 'audit'> {
  if (!settings.audit) return {};
  const path = join(serversFolder(settings.dir), folder);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const file = join(path, `${name}-audit.log`);
  return {
    audit: ({ user, groups, verb, group, resource, subresource, namespace, name: object }) => {
      const event = {
        apiVersion: 'audit.k8s.io/v1',
        kind: 'Event',
        verb,
        user: { username: user, groups },
        objectRef: { apiGroup: group, resource, subresource, namespace, name: object },
      };
      // A line at a time and at once: whoever reads it has seen the request answered.
      appendFileSync(file, `${JSON.stringify(event)}\n`, { mode: 0o600 });
    },
  };
}
