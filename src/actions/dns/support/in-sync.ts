// Waiting until a change has reached all of Route53's name servers: usually under a minute.

import { DrctlError } from '../../../engine/index.ts';
import type { ReadContext } from '../../../engine/index.ts';
import type { DrPorts, ZoneReader } from '../../ports.ts';

const firstIntervalMs = 500;
const maxIntervalMs = 5_000;
const maxLooks = 240;

/** Throws STEP_TIMEOUT after 20 minutes. */
export async function waitInSync(
  dns: ZoneReader,
  changeId: string,
  ctx: ReadContext<DrPorts>,
): Promise<void> {
  for (let look = 0; look < maxLooks; look += 1) {
    if ((await dns.changeStatus(changeId, ctx.signal)) === 'INSYNC') return;
    ctx.report({ message: `Route53 change ${changeId} is PENDING` });
    await ctx.sleep(Math.min(maxIntervalMs, firstIntervalMs * 2 ** look));
  }
  throw new DrctlError('STEP_TIMEOUT', `Route53 change ${changeId} is still PENDING`, {
    retryable: true,
  });
}
