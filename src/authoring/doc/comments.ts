// Why something stands in a runbook: the comment right above it.

import type { SourceFile, SourceRange } from '../../engine/index.ts';

/** One line of text; undefined where there is no comment. Remarks for the linter are none. */
export function commentAbove(at: SourceRange, sources: readonly SourceFile[]): string | undefined {
  const lines = sources.find(({ path }) => path === at.file)?.text.split('\n') ?? [];
  const comments: string[] = [];
  for (let number = at.line - 2; number >= 0; number--) {
    const comment = /^\s*#\s?(.*)$/.exec(lines[number] ?? '')?.[1];
    if (comment === undefined) break;
    if (!comment.startsWith('lint: ')) comments.unshift(comment.trim());
  }
  return comments.length === 0 ? undefined : comments.join(' ');
}
