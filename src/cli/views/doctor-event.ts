// What doctor found out, for machines.

import type { Runbook } from '../../engine/index.ts';
import type { TargetPolicy } from '../doctor/policies.ts';
import { isInOrder } from '../doctor/rights.ts';
import type { ExaminedTarget } from '../doctor/rights.ts';

export function doctorEvent(found: {
  readonly runbook: Pick<Runbook, 'name' | 'version' | 'digest'>;
  readonly targets: readonly ExaminedTarget[];
  readonly policies: readonly TargetPolicy[];
  readonly withoutTarget: readonly string[];
  readonly written: ReadonlyMap<string, string> | undefined;
}): object {
  const { runbook, targets, policies, withoutTarget, written } = found;
  const { name, version, digest } = runbook;
  return {
    runbook: { name, version, digest },
    ready: targets.every(isInOrder),
    targets: targets.map((target) => ({ ...target, inOrder: isInOrder(target) })),
    policies: policies.map((policy) => ({
      ...policy,
      ...(written === undefined ? {} : { file: written.get(policy.target) }),
    })),
    withoutTarget,
  };
}
