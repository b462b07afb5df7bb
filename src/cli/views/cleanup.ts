// What a cleanup is about to do, before it is asked for.

import type { CleanupPreview } from '../../engine/index.ts';
import type { Before } from '../before.ts';
import type { Style } from '../style.ts';
import { wrapped } from './table.ts';

export function cleanupLines(view: {
  readonly runId: string;
  readonly preview: CleanupPreview;
  readonly comesBack: readonly { readonly instance: string; readonly before: readonly Before[] }[];
  readonly hasLocks: boolean;
  readonly style: Style;
  readonly columns: number;
}): readonly string[] {
  const { runId, preview, comesBack, hasLocks, style, columns } = view;
  const lines = [`${style.bold('Cleanup')} of ${runId}:`];
  for (const { instance, before } of comesBack) {
    const objects = before.map(({ object, was }) =>
      was === undefined ? object : `${object} (was ${was})`,
    );
    lines.push(
      `  put back what ${instance} holds down${objects.length === 0 ? '' : `: ${objects.join(', ')}`}`,
    );
  }
  for (const instance of preview.tidied)
    lines.push(`  remove what ${instance} may have left behind`);
  if (comesBack.length + preview.tidied.length === 0) lines.push('  it holds nothing down');
  if (hasLocks) lines.push('  give back its locks, where it holds them');
  if (preview.inDoubt.length > 0) {
    lines.push(
      style.warn(
        `  Nobody knows whether ${preview.inDoubt.join(', ')} took effect: that stays so, and resume looks`,
      ),
    );
  }
  lines.push(
    style.dim('  Everything else stays as it is. Afterwards the run can be resumed or rolled back'),
  );
  return lines.flatMap((line) => wrapped(line, columns));
}
