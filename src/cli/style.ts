// Colours by meaning, so that views never speak of red and green. Without colour every function gives its text back.

import { styleText } from 'node:util';

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly accent: Paint;
  readonly later: Paint;
}

type Format = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan' | 'magenta';

export function createStyle(coloured: boolean): Style {
  const paint =
    (format: Format): Paint =>
    (text) =>
      // Whether to colour is decided by the caller, for the stream in question.
      coloured ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    bad: paint('red'),
    warn: paint('yellow'),
    accent: paint('cyan'),
    later: paint('magenta'),
  };
}
