// How a check is planned that earlier steps may yet make true: it is looked at now, and what does not hold is a note for
// the person who reads the plan, not a failure of planning.

import { DrctlError } from '../engine/index.ts';
import type { Planned } from '../engine/index.ts';

export async function planAssertion<Outputs>(
  read: () => Promise<Outputs>,
): Promise<Planned<Outputs>> {
  try {
    return { changes: [{ kind: 'none', because: 'reads only' }], outputs: await read() };
  } catch (error) {
    const isAnswer =
      error instanceof DrctlError &&
      ['ASSERTION_FAILED', 'SELECTION_EMPTY', 'CLIENT_NOT_FOUND'].includes(error.code);
    if (!isAnswer) throw error;
    return {
      changes: [{ kind: 'none', because: 'reads only' }],
      notes: [`Does not hold now: ${error.message}`],
    };
  }
}
