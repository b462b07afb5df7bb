// The file of a report.

import { looksLikeReport } from '../report/index.ts';
import type { Cli } from './command.ts';
import { placeFor, writeNamed } from './named-file.ts';
import type { DocumentKind } from './named-file.ts';

const kind: DocumentKind = {
  title: 'The report',
  noun: 'report',
  again: 'write it again',
  looksLike: looksLikeReport,
};

/** FILE_UNWRITABLE. */
export async function placeForReport(file: string, cli: Cli): Promise<void> {
  await placeFor(kind, file, cli);
}

/** FILE_UNWRITABLE. */
export function writeReport(file: string, text: string, cli: Cli): Promise<void> {
  return writeNamed(kind, { file, text }, cli);
}
