// Permissions with who needs them. What a wider one covers is no line of its own, except beside "every kind" and beside a
// pattern of AWS resources: those must stay lines that can be refused by themselves, and a pattern cannot be asked about.

import { covers, isPath } from '../../contracts/permission.ts';
import type { Permission } from '../../contracts/permission.ts';

export interface PermissionUse {
  readonly as: 'precondition' | 'guard' | 'step' | 'undo' | 'lock';
  /** Of the precondition, guard or step; the lock's name. */
  readonly id: string;
}

export interface NeededPermission {
  readonly permission: Permission;
  readonly uses: readonly PermissionUse[];
}

export interface Ledger {
  add(permission: Permission, use: PermissionUse): void;
  addWithoutTarget(use: PermissionUse): void;
  needed(): readonly NeededPermission[];
  /** "step export" */
  withoutTarget(): readonly string[];
}

interface Entry {
  readonly permission: Permission;
  readonly uses: Map<string, PermissionUse>;
}

export function createLedger(): Ledger {
  let entries: Entry[] = [];
  const targetless = new Set<string>();
  return {
    add(permission, use) {
      const key = `${use.as} ${use.id}`;
      const wider = entries.find((entry) => standsFor(entry.permission, permission));
      if (wider !== undefined) {
        wider.uses.set(key, use);
        return;
      }
      const narrower = entries.filter((entry) => standsFor(permission, entry.permission));
      const uses = new Map([...narrower.flatMap((entry) => [...entry.uses]), [key, use]]);
      entries = [...entries.filter((entry) => !narrower.includes(entry)), { permission, uses }];
    },
    addWithoutTarget: ({ as, id }) => {
      targetless.add(`${as} ${id}`);
    },
    needed: () => entries.map(({ permission, uses }) => ({ permission, uses: [...uses.values()] })),
    withoutTarget: () => [...targetless],
  };
}

function standsFor(wide: Permission, narrow: Permission): boolean {
  if (wide.system === 'aws' && narrow.system === 'aws' && wide.resource !== narrow.resource) {
    return false;
  }
  return covers(wide, narrow) && isOfEveryKind(wide) === isOfEveryKind(narrow);
}

function isOfEveryKind(permission: Permission): boolean {
  return permission.system === 'kubernetes' && !isPath(permission) && permission.kind === '*';
}
