// One management cluster, whichever servers it runs on.

import type { Connection } from '../cluster/kubeconfig.ts';
import type { Side, SideName } from '../cluster/side.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import type { ResourceDefinition } from '../world/definitions.ts';
import type { Settings } from '../world/settings.ts';
import type { World } from '../world/world.ts';
import type { Closers } from './closers.ts';

export interface ManagementCluster {
  readonly side: Side;
  /** For whoever rehearses; the lab's controllers use a token of their own. */
  readonly connection: Connection;
}

export interface ClusterOptions {
  readonly name: SideName;
  readonly settings: Settings;
  readonly authority: CertificateAuthority;
  readonly definitions: readonly ResourceDefinition[];
  readonly tokens: { readonly admin: string; readonly controllers: string };
  /** Stops what was started, the last first. */
  readonly closers: Closers;
  log(message: string): void;
  /** Known once both sides are there. */
  world(): World;
}

export function tokenUsers(tokens: ClusterOptions['tokens']): readonly {
  readonly token: string;
  readonly user: string;
  readonly groups: readonly string[];
}[] {
  return [
    { token: tokens.admin, user: 'lab-admin', groups: ['system:masters'] },
    { token: tokens.controllers, user: 'lab-controllers', groups: ['system:masters'] },
  ];
}
