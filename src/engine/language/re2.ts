// The library of regular expressions that take linear time. Few commands evaluate one, so it is loaded when one does.

import { RE2JS } from 're2js';

/** Throws for a pattern that is not RE2. */
export function compileRe2(pattern: string): RE2JS {
  return RE2JS.compile(pattern);
}
