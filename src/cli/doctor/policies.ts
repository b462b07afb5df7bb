// The policies of all targets, ready to be printed or written.

import { iamPolicy } from './iam-policy.ts';
import type { IamPolicy } from './iam-policy.ts';
import { kubePolicy } from './kube-policy.ts';
import type { KubePolicy } from './kube-policy.ts';
import type { ExaminedTarget } from './rights.ts';

export type TargetPolicy =
  | {
      readonly type: 'rbac';
      readonly target: string;
      readonly complete: boolean;
      readonly rbac: KubePolicy;
    }
  | {
      readonly type: 'iam';
      readonly target: string;
      readonly complete: boolean;
      readonly iam: IamPolicy;
    };

/** Of targets for which there is something to grant. */
export function policiesFor(
  targets: readonly ExaminedTarget[],
  options: { readonly runbook: string; readonly complete: boolean },
): readonly TargetPolicy[] {
  const { complete } = options;
  return targets.flatMap((target): TargetPolicy[] => {
    const name = { target: target.name, complete };
    if (target.type === 'aws') {
      const iam = iamPolicy(target, options);
      return iam === undefined ? [] : [{ type: 'iam', ...name, iam }];
    }
    const rbac = kubePolicy(target, options);
    return rbac === undefined ? [] : [{ type: 'rbac', ...name, rbac }];
  });
}
