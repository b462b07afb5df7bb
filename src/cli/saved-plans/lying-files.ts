// The files that lie now where a plan's runbook was read.

import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SavedPlan } from '../../engine/index.ts';
import { MAX_PLAN_BYTES } from './read-file.ts';

/** In the order of its sources; undefined: there is none that can be read. */
export function lyingFiles({
  sources,
  runbook,
}: SavedPlan): Promise<readonly (string | undefined)[]> {
  const [root] = sources;
  // Sources are named as seen from where the plan was made; only the runbook's own place is kept whole.
  const from = path.dirname(root?.path ?? '');
  const folder = path.dirname(runbook.path);
  return Promise.all(
    sources.map(async (source) => {
      const place =
        source === root ? runbook.path : path.resolve(folder, path.relative(from, source.path));
      try {
        const found = await stat(place);
        // No source was like that: it is another text in any case, and may have no end.
        const isOther = !found.isFile() || found.size > MAX_PLAN_BYTES;
        return isOther ? '' : await readFile(place, 'utf8');
      } catch {
        return undefined;
      }
    }),
  );
}
