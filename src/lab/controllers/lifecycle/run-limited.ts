// Work on many objects with few requests at a time. One that fails does not stop the others: the controllers are
// level-triggered, and the next round takes it up again.

import { KubeError } from '../../cluster/client.ts';

const ATONCE = 8;

/** Rejects with the first failure after everything has been tried. Conflicts and absences are none: the world moved on. */
export async function forEachLimited<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await work(item);
      } catch (error) {
        if (!isOutdated(error)) failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(ATONCE, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

/** The object was changed, or went, since it was read. */
export function isOutdated(error: unknown): boolean {
  return error instanceof KubeError && (error.code === 404 || error.code === 409);
}
