// The whole drctl as a process that can be ended at any moment, in this one.

import { runCli } from '../../cli/run-cli.ts';
import type { CliResult } from '../../cli/run-cli.ts';
import { interceptProcess } from './intercept.ts';
import { momentName } from './moments.ts';
import type { Moment, Reaper } from './moments.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { trace } from './trace.ts';

export interface Ended {
  /** undefined: it came to its own end. */
  readonly endedAt: Moment | undefined;
  /** undefined: it was ended. */
  readonly result: CliResult | undefined;
}

export async function runDrctl(
  cwd: string,
  args: readonly string[],
  reaper: Reaper = () => false,
): Promise<Ended> {
  await interceptProcess();
  const simulated = new SimulatedProcess(reaper);
  const began = performance.now();
  const result = await simulated.run(() => runCli(args, { cwd }));
  const how =
    simulated.endedAt === undefined ? `exit ${result?.code}` : momentName(simulated.endedAt);
  trace(`${cwd} ${args[0]} ${Math.round(performance.now() - began)} ms: ${how}`);
  return { endedAt: simulated.endedAt, result };
}
