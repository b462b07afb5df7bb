// Waiting until a change has reached all of Route53's name servers: usually under a minute.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, ZoneReader } from '../../ports.ts';
import { turnAt } from './pace.ts';

const limitMs = 20 * 60_000;
/** For a clock that stands still. */
const maxLooks = 10_000;

/** Throws STEP_TIMEOUT after 20 minutes. */
export async function waitInSync(
  dns: ZoneReader,
  changeId: string,
  ctx: ReadContext<DrPorts>,
): Promise<void> {
  const beganMs = ctx.monotonicMs();
  for (let look = 0; look < maxLooks && ctx.monotonicMs() - beganMs < limitMs; look += 1) {
    await turnAt(dns, ctx);
    if ((await dns.changeStatus(changeId, ctx.signal)) === 'INSYNC') return;
    ctx.report({ message: `Route53 change ${changeId} is PENDING` });
  }
  throw new DrctlError('STEP_TIMEOUT', `Route53 change ${changeId} is still PENDING`, {
    retryable: true,
  });
}
