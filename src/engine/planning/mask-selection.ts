// What people wrote as a reason may hold a secret. Ids of steps stay: the engine decides on them.

import type { Selection } from '../contracts/selection.ts';
import type { Redactor } from '../language/redactor.ts';

export function maskSelection({ choice, leftOut, kept }: Selection, redactor: Redactor): Selection {
  const { reason, ...rest } = choice;
  return {
    choice: reason === undefined ? choice : { ...rest, reason: redactor.maskText(reason) },
    leftOut: maskSentences(leftOut, redactor),
    kept,
  };
}

export function maskSentences(
  sentences: Readonly<Record<string, string>>,
  redactor: Redactor,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sentences).map(([id, sentence]) => [id, redactor.maskText(sentence)]),
  );
}
