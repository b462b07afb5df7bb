// Where text goes: results to stdout, progress to the terminal or else to stderr, JSON events alone on stdout. Every
// character passes the redactor on its way out.

import type { Json, JsonObject, Redactor } from '../engine/index.ts';
import type { OutputFlags } from './command.ts';
import type { Io, Screen } from './io.ts';
import { pagerOf } from './pager.ts';
import { createStyle } from './style.ts';
import type { Style } from './style.ts';
import { withState } from './with-state.ts';

/** The version of the JSON events: raised when a field changes its meaning. */
const EVENT_VERSION = 1;

/** Fields of events that hold sentences for people. */
const PROSE = new Set(['hint', 'message', 'because', 'remedy']);

/**
 * What a terminal would act on, but for colours, tabs and line ends: titles in a plan of somebody else, and messages of
 * servers, could otherwise wipe what is read.
 */
const controls = new RegExp(
  String.raw`\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]`,
  'g',
);

function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(controls, '\ufffd');
}

export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** For results. */
  readonly style: Style;
  readonly columns: number;
  /** How wide a line of prose may be: what is no terminal wraps lines as it likes. */
  readonly proseColumns: number;
  /** For progress and errors. */
  readonly noteStyle: Style;
  /** A result for people; nothing with --json. Ends with a line break. */
  result(text: string): void;
  /** A long result: through a pager where somebody sits before a terminal, unless they do not want one. */
  longResult(lines: readonly string[], usePager: boolean): Promise<void>;
  /** A result for machines; nothing without --json. Fields must be plain data. */
  event(type: string, fields: object): void;
  /** Progress for people; nothing with --json or --quiet. */
  note(text: string): void;
  /** For people, also with --quiet and --json: errors and what a prompt shows. Always on stderr. */
  error(text: string): void;
  mask(text: string): string;
  readonly useRedactor: (redactor: Redactor) => void;
}

export function createOutput(io: Io, flags: OutputFlags): Output {
  const json = flags.json === true;
  const quiet = flags.quiet === true;
  let redactor: Redactor | undefined;
  const coloured = (screen: Screen): boolean =>
    screen.isTerminal && flags.color !== false && (io.env['NO_COLOR'] ?? '') === '';
  const mask = (text: string): string => redactor?.maskText(text) ?? text;
  const complete = (text: string): string => withState(text, flags.state);
  const clean = (text: string): string => harmless(mask(complete(text)));
  const write = (screen: Screen, text: string): void => screen.write(`${clean(text)}\n`);
  const progress = io.stdout.isTerminal && !json ? io.stdout : io.stderr;
  return {
    json,
    quiet,
    verbose: flags.verbose === true,
    style: createStyle(coloured(io.stdout)),
    noteStyle: createStyle(coloured(progress)),
    columns: io.stdout.columns,
    proseColumns: io.stdout.isTerminal ? io.stdout.columns : Infinity,
    result: (text) => {
      if (!json) write(io.stdout, text);
    },
    longResult: async (lines, usePager) => {
      if (json) return;
      const pager = usePager && !quiet ? pagerOf(io) : undefined;
      const text = lines.map(clean).join('\n');
      if (pager !== undefined && (await io.page?.(pager, `${text}\n`)) === true) return;
      for (const line of lines) write(io.stdout, line);
    },
    event: (type, fields) => {
      if (!json) return;
      const plain = JSON.parse(JSON.stringify(fields), (key, value: Json) =>
        PROSE.has(key) && typeof value === 'string' ? complete(value) : value,
      ) as JsonObject;
      const masked: Json = redactor?.mask(plain) ?? plain;
      const event = { v: EVENT_VERSION, type, ...masked };
      io.stdout.write(`${JSON.stringify(event)}\n`);
    },
    note: (text) => {
      if (!json && !quiet) write(progress, text);
    },
    error: (text) => write(io.stderr, text),
    mask,
    useRedactor: (one) => {
      redactor = one;
      io.maskWith((text) => one.maskText(text));
    },
  };
}
