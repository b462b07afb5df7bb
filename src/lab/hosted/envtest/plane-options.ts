// What the control planes on real servers are made with.

import type { Side } from '../../cluster/side.ts';
import type { Binaries, ChildProcesses } from '../../envtest/index.ts';
import type { WorldCore } from '../../world/world.ts';

export interface PlaneOptions {
  readonly world: WorldCore;
  readonly side: Side;
  /** Of the hosted API's administrator. */
  readonly token: string;
  readonly binaries: Binaries;
  readonly processes: ChildProcesses;
}
