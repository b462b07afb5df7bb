// How soon a step that waits goes on: after a watch has something to tell, and after Route53, which tells nothing by itself
// and has to be asked within its quota.

import type { Line } from '../report/line.ts';
import type { Suite } from '../suite.ts';
import { measureDns } from '../waits/dns.ts';
import { measureWatches } from '../waits/watches.ts';

/** Of the requirements: from the moment a condition holds to the moment the run goes on. */
const atMostMs = 100;
/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests */
const quota = 5;

export const waits: Suite = {
  name: 'waits',
  async measure(context) {
    const tries = Math.max(20, context.rounds);
    context.tell(`${tries} waits over a watch`);
    const watches = await measureWatches(context, tries);
    context.tell('three waits for names in Route53, side by side');
    const dns = await measureDns(context);
    const limit = { of: 'value', atMost: atMostMs } as const;
    return [
      {
        ...line('k8s.wait goes on after its condition holds, median', 'ms', watches.medianMs),
        limit,
        rounds: tries,
      },
      {
        ...line(
          `k8s.wait goes on after its condition holds, worst of ${tries}`,
          'ms',
          watches.worstMs,
        ),
        limit,
        rounds: tries,
      },
      {
        ...line('looks at Route53 that three waits make together', '1/s', dns.looksPerSecond),
        // One request of the quota is left to others.
        limit: { of: 'value', atLeast: quota - 2, atMost: quota },
      },
      line('dns.wait goes on after its names are there, worst of three', 'ms', dns.worstMs),
    ];
  },
};

function line(name: string, unit: string, ours: number): Line {
  return { suite: 'waits', name, unit, ours };
}
