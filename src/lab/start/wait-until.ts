// Waiting for the world to come to a state, with a bound and a message that says what is missing.

import { LabError } from '../lab-types.ts';

const POLL_MS = 40;
const LIMIT_MS = 180_000;

/** `missing` says what is not there yet; undefined: all is. Throws LabError when it takes too long. */
export async function waitUntil(
  what: string,
  missing: () => string | undefined | Promise<string | undefined>,
): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const lacking = await missing();
    if (lacking === undefined) return;
    if (Date.now() > deadline) {
      throw new LabError(
        `The lab did not get as far as: ${what} (${lacking})`,
        'Look into lab.log in its folder; a machine under heavy load may need --time-scale below 1',
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
