// The policies that doctor prints: text for an administrator to apply as it stands, with a line above it that says what
// it is.

import type { TargetPolicy } from '../doctor/policies.ts';
import { policyText } from '../doctor/policy-text.ts';
import type { Style } from '../style.ts';

/** `written`: the files that hold them already. */
export function policyLines(
  policies: readonly TargetPolicy[],
  {
    style,
    written,
  }: { readonly style: Style; readonly written: ReadonlyMap<string, string> | undefined },
): readonly string[] {
  return policies.flatMap((policy) => {
    const what = policy.complete ? 'All that is needed' : 'What is missing';
    const head = style.bold(`${what} on ${policy.target}`);
    const file = written?.get(policy.target);
    const how = howTo(policy, file);
    const remarks = remarksOn(policy).map((remark) => style.warn(`  ${remark}`));
    if (file !== undefined) return [`${head}: ${file}`, style.dim(`  ${how}`), ...remarks, ''];
    return [`${head}, ${how}:`, ...remarks, '', ...policyText(policy).trimEnd().split('\n'), ''];
  });
}

/** JSON takes no comments, so what a person should know of an IAM policy stands above it. */
function remarksOn(policy: TargetPolicy): readonly string[] {
  if (policy.type === 'rbac') return [];
  const resources = policy.iam.Statement.flatMap(({ Resource }) => Resource);
  const isWide = resources.some((resource) => /^arn:[\w-]+:s3:::\*/.test(resource));
  return isWide ? ['Some of it on every bucket: which one it is becomes known during the run'] : [];
}

function howTo({ type, target }: TargetPolicy, file: string | undefined): string {
  if (type === 'iam') {
    return file === undefined
      ? 'a policy for the caller’s IAM user or role'
      : `aws iam put-user-policy --user-name … --policy-name drctl --policy-document file://${file}`;
  }
  return file === undefined
    ? `for an administrator of ${target} to apply with "kubectl apply -f -"`
    : `kubectl apply -f ${file}     # as an administrator of ${target}`;
}
