// A report as JSON, and how the kinds of documents are told from other files.

import type { RunReport } from '../model.ts';
import { HTML_MARK } from './html.ts';
import { MARKDOWN_MARK } from './markdown.ts';

/** Ends with a line break. */
export function reportJson(report: RunReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** `head`: the first bytes of a file. What only looks like a report may be overwritten as one. */
export function looksLikeReport(head: string): boolean {
  return (
    /^\{\s*"kind":\s*"drctl-report"/.test(head) ||
    head.startsWith(MARKDOWN_MARK) ||
    (head.startsWith('<!doctype html>') && head.includes(HTML_MARK))
  );
}
