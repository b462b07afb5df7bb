// Whether the programs of the real Kubernetes servers are on this machine.

import { findBinaries, type Binaries } from '../../../src/lab/envtest/index.ts';
import { required } from '../real/required.ts';

/** undefined: not here, and the tests that need them are skipped. */
export const binaries: Binaries | undefined = required(findBinaries);

/** For `describe.skipIf`. */
export const areMissing = binaries === undefined;
