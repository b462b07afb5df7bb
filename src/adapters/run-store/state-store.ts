// What the commands need of a run store beside the engine's contract: reading without a lease, and names of places that
// other machines understand.

import type { ArtifactReader, RunStore } from '../../engine/index.ts';

export interface StateStore extends RunStore {
  /** For reading only, without a lease. */
  artifacts(runId: string): ArtifactReader;
  /** Where the run is or will be: an absolute path (its parent is made when absent) or an s3:// URI. STORE_UNWRITABLE. */
  home(runId: string): Promise<string>;
  /** Whether runs can be kept here, as far as it can be told without a write. STORE_UNWRITABLE. */
  check(): Promise<void>;
  /** Whether there is a run at a `home`, of this store or another; undefined: cannot be told from here. */
  wasBegun(home: string): Promise<boolean | undefined>;
  /** Closes connections that are kept alive. */
  close(): void;
}
