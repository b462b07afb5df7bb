import type { Suite } from '../suite.ts';
import { bytes } from './bytes.ts';
import { downtime } from './downtime.ts';
import { engine } from './engine.ts';
import { objects } from './objects.ts';
import { startUp } from './start-up.ts';
import { waits } from './waits.ts';

/** Every suite, in the order in which they are measured. */
export const suites: readonly Suite[] = [startUp, engine, objects, bytes, waits, downtime];
