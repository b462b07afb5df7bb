// run.json: what is read was written by some drctl, perhaps a newer one, and perhaps touched by hand.

import { DrctlError, headerProblems } from '../../engine/index.ts';
import type { RunHeader } from '../../engine/index.ts';

/** JOURNAL_CORRUPT when it is no header, JOURNAL_VERSION when it is of another format. */
export function decodeHeader(text: string, path: string): RunHeader {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, cause);
  }
  if (typeof header !== 'object' || header === null) throw damaged(path);
  const { format } = header as Record<string, unknown>;
  if (typeof format === 'number' && format !== 1) {
    throw new DrctlError('JOURNAL_VERSION', `${path} is of run format ${format}`, {
      hint: 'Use the drctl that made this run, or a newer one',
    });
  }
  if (format !== 1) throw damaged(path);
  const [problem, ...more] = headerProblems(header);
  if (problem !== undefined) throw damaged(path, undefined, [problem, ...more]);
  return header as RunHeader;
}

export function damaged(
  path: string,
  cause?: unknown,
  problems: readonly string[] = [],
): DrctlError {
  return new DrctlError(
    'JOURNAL_CORRUPT',
    [`${path} is damaged`, ...problems.slice(0, 1)].join(': '),
    {
      cause,
      hint: 'Restore it from a copy: without it drctl cannot tell what the run was to do',
      problems: problems.map((one) => ({ severity: 'error', message: `${path}: ${one}` })),
    },
  );
}
