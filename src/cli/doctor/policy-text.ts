// A policy as the text that kubectl and the aws command line take.

import { stringify } from 'yaml';
import type { TargetPolicy } from './policies.ts';

export function policyText(policy: TargetPolicy): string {
  if (policy.type === 'iam') return `${JSON.stringify(policy.iam, undefined, 2)}\n`;
  const { manifests, remarks } = policy.rbac;
  const head = remarks.map((remark) => `# ${remark}\n`).join('');
  const documents = manifests.map((manifest) =>
    stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }),
  );
  return `${head}${documents.join('---\n')}`;
}

export function policyFile({ type, target }: TargetPolicy): string {
  return type === 'iam' ? `${target}.iam-policy.json` : `${target}.rbac.yaml`;
}
