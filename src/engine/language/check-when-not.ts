// `whenNot`: the words in place of a condition that is false.

import type { Ports } from '../contracts/action.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { Loading, Place } from './loading.ts';
import { isTemplate } from './template-parser.ts';

/** Of a step, an undo step or a check. */
export function checkWhenNot<P extends Ports>(
  { scope, path }: Place,
  { when, whenNot }: JsonObject,
  loading: Loading<P>,
): void {
  if (typeof whenNot !== 'string') return;
  const report = (message: string): void => {
    loading.problems.push(scope.document.problem([...path, 'whenNot'], message));
  };
  if (when === undefined) report('"whenNot" says why "when" is false, and there is no "when"');
  if (isTemplate(whenNot)) report('"whenNot" is plain text; templates in it are not rendered');
}
