// A file that is JSON, which is YAML too: read at the speed of JSON.parse, for runbooks that programs write. Only what both
// read the same way; for anything else the YAML parser decides, and says what is wrong.

import type { LineCounter } from 'yaml';
import type { Json } from '../contracts/json.ts';

/** Where a value stands, and its key: offsets in the text, the end after the last character. */
export interface JsonPlace {
  readonly key?: readonly [number, number];
  readonly value: readonly [number, number];
  /** Of a list by index, of an object by name. */
  readonly inner?: ReadonlyMap<string | number, JsonPlace>;
}

export interface JsonSource {
  readonly value: Json;
  readonly place: JsonPlace;
}

/** Far below what the YAML parser refuses: near its bound it is the one to count. */
const levelsMax = 80;
/** YAML allows no key above 1024 characters. */
const keyLengthMax = 1_000;

/** With white space that YAML counts otherwise: tabs, and line ends that are not its own. */
const otherSpace = /[\t\r\uFEFF]/;
/** Numbers that both read as the same one. */
const literal = /true|false|null|-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?(?![\d.eE+-])/y;
const quoted = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const space = /[ \n]*/y;

/** Undefined for what is no JSON object, and for what is better left to the YAML parser. Never throws. */
export function readJsonSource(source: string, nodesMax: number): JsonSource | undefined {
  if (!source.startsWith('{') || otherSpace.test(source)) return undefined;
  let value: Json;
  try {
    value = JSON.parse(source) as Json;
  } catch {
    return undefined;
  }
  const place = new PlaceReader(source, nodesMax).read();
  return place === undefined ? undefined : { value, place };
}

/** Undefined where there is no such place. */
export function placeIn(
  root: JsonPlace,
  path: readonly (string | number)[],
): JsonPlace | undefined {
  let place: JsonPlace | undefined = root;
  for (const part of path) place = place?.inner?.get(part);
  return place;
}

/** As the YAML parser does it: the offset at which each line begins. */
export function noteLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
  }
}

/** Reads a text that is JSON, so that every mistake here means: not ours to read. */
class PlaceReader {
  readonly #source: string;
  #nodesLeft: number;
  #at = 0;

  constructor(source: string, nodesMax: number) {
    this.#source = source;
    this.#nodesLeft = nodesMax;
  }

  read(): JsonPlace | undefined {
    return this.#value(undefined, 0);
  }

  #value(key: readonly [number, number] | undefined, level: number): JsonPlace | undefined {
    this.#nodesLeft -= 1;
    if (level > levelsMax || this.#nodesLeft < 0) return undefined;
    const from = this.#at;
    const first = this.#source[from];
    const isCollection = first === '{' || first === '[';
    const inner = isCollection ? this.#inner(first, level) : undefined;
    if (isCollection ? inner === undefined : !this.#skip(first === '"' ? quoted : literal)) {
      return undefined;
    }
    return {
      ...(key === undefined ? {} : { key }),
      value: [from, this.#at],
      ...(inner === undefined ? {} : { inner }),
    };
  }

  #inner(opening: '{' | '[', level: number): JsonPlace['inner'] | undefined {
    const closing = opening === '{' ? '}' : ']';
    const inner = new Map<string | number, JsonPlace>();
    this.#at += 1;
    this.#skip(space);
    while (this.#source[this.#at] !== closing) {
      const key = opening === '{' ? this.#key() : undefined;
      const name = key?.name ?? inner.size;
      // A key that is given twice is a problem, which the YAML parser tells.
      if ((opening === '{' && key === undefined) || inner.has(name)) return undefined;
      const place = this.#value(key?.span, level + 1);
      if (place === undefined) return undefined;
      inner.set(name, place);
      this.#skip(space);
      if (this.#source[this.#at] === ',') this.#at += 1;
      this.#skip(space);
    }
    this.#at += 1;
    return inner;
  }

  #key(): { readonly name: string; readonly span: readonly [number, number] } | undefined {
    const from = this.#at;
    if (!this.#skip(quoted) || this.#at - from > keyLengthMax) return undefined;
    const span = [from, this.#at] as const;
    const name = JSON.parse(this.#source.slice(...span)) as string;
    if (this.#source[this.#at] !== ':') return undefined;
    this.#at += 1;
    this.#skip(space);
    return { name, span };
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#source)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}
