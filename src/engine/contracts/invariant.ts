// Assertions for our own mistakes. A failing one is a bug in drctl, never bad input:
// it ends the process with exit code 70 and a stack, and is never caught inside the engine.

export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws InvariantError unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (condition === false || condition === undefined || condition === null) {
    throw new InvariantError(message);
  }
}

/** Makes a switch over a union exhaustive: a new member fails to compile. */
export function assertNever(value: never): never {
  throw new InvariantError(`Unexpected value: ${JSON.stringify(value)}`);
}
