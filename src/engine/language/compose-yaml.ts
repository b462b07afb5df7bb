// Tokens → a document, as `parseDocument` of the yaml package makes it of a text. The tokens are known here already, since
// their depth is looked at before anything recurses over them: finding them twice would be a tenth of a short command.

import { Composer, Parser, YAMLParseError } from 'yaml';
import type { CST, Document, LineCounter } from 'yaml';
import { invariant } from '../contracts/invariant.ts';

/** The first document of `text`; where another one follows, that is among its errors. */
export function composeYaml(
  text: string,
  tokens: readonly string[],
  lines: LineCounter,
): Document.Parsed {
  const options = { lineCounter: lines, prettyErrors: false, stringKeys: false };
  let first: Document.Parsed | undefined;
  for (const found of new Composer(options).compose(parse(tokens, lines), true, text.length)) {
    if (first !== undefined) {
      const [from, to] = found.range;
      first.errors.push(new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'Another document begins'));
      break;
    }
    first = found;
  }
  // With `forceDoc` the composer makes a document of nothing, too.
  invariant(first !== undefined, 'No document was composed');
  return first;
}

function* parse(tokens: readonly string[], lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const token of tokens) yield* parser.next(token);
  yield* parser.end();
}
