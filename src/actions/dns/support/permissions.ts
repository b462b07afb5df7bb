// What the DNS actions need, as IAM names it. A change is looked after by an id that is known only once it is made.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html

import { patternOf } from '../../../engine/index.ts';
import type { AwsPermission } from '../../../engine/index.ts';

export function mayOnZone(
  { target, zone }: { readonly target: string; readonly zone: string },
  ...actions: readonly string[]
): AwsPermission[] {
  const resource = `arn:aws:route53:::hostedzone/${patternOf(zone)}`;
  return actions.map((action) => ({ system: 'aws', target, action, resource }));
}

export function mayFollowChange(target: string): AwsPermission[] {
  const resource = 'arn:aws:route53:::change/*';
  return [{ system: 'aws', target, action: 'route53:GetChange', resource }];
}
