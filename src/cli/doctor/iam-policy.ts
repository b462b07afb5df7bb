// AWS rights → an IAM policy document, as few statements as say the same. Pure.

import type { AwsRight, ExaminedAws } from './rights.ts';

export interface IamPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

/** `complete`: everything that is needed. Undefined: nothing is to be granted. */
export function iamPolicy(
  { rights }: ExaminedAws,
  { complete }: { readonly complete: boolean },
): IamPolicy | undefined {
  const wanted = rights.filter(({ answer }) => complete || answer.has === 'no');
  return wanted.length === 0
    ? undefined
    : { Version: '2012-10-17', Statement: statementsOf(wanted) };
}

function statementsOf(rights: readonly AwsRight[]): IamPolicy['Statement'] {
  const actionsOf = new Map<string, Set<string>>();
  for (const { action, resource } of rights) {
    actionsOf.set(resource, (actionsOf.get(resource) ?? new Set()).add(action));
  }
  const resourcesOf = new Map<string, string[]>();
  for (const [resource, actions] of actionsOf) {
    const key = JSON.stringify([...actions].sort());
    resourcesOf.set(key, [...(resourcesOf.get(key) ?? []), resource]);
  }
  return [...resourcesOf].map(([key, resources]) => ({
    Effect: 'Allow',
    Action: JSON.parse(key) as string[],
    Resource: resources.sort(),
  }));
}
