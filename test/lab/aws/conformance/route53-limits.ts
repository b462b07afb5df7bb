// Rules of what Route53 takes at a time, for a server that keeps AWS's limits.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html

import { GetHostedZoneCommand } from '@aws-sdk/client-route-53';
import { expect } from 'vitest';
import type { Rule } from './rules.ts';
import { a, change, upsert } from './route53-calls.ts';

const burst = 20;

export function requestRules(rule: Rule): void {
  rule('more than five requests in a second are refused with Throttling', async (aws) => {
    const get = new GetHostedZoneCommand({ Id: await aws.newZone() });
    const answers = await Promise.allSettled(
      Array.from({ length: burst }, () => aws.route53.send(get)),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ name: 'Throttling', message: 'Rate exceeded' });
    }
  });
}

export function processingRules(rule: Rule): void {
  rule('a change while another one is processed is PriorRequestNotComplete', async (aws) => {
    const zone = await aws.newZone();
    await change(aws, zone, upsert(a('q.example.com.')));
    await expect(change(aws, zone, upsert(a('q.example.com.')))).rejects.toMatchObject({
      name: 'PriorRequestNotComplete',
    });
  });
}
