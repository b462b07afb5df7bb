// A YAML file as JSON, with the position of every key and value, so that each problem can point at its place. Anchors,
// aliases and merge keys are resolved here, within bounds; everything that is not JSON is a problem.

import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import { composeYaml } from './compose-yaml.ts';
import { noteLines, placeIn, readJsonSource } from './source-json.ts';
import { lexYaml } from './yaml-depth.ts';
import type { Alias, Document, Node, YAMLMap } from 'yaml';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Problem, SourceRange } from '../contracts/problem.ts';

export type DocumentPath = readonly (string | number)[];

export interface SourceDocument {
  readonly file: string;
  readonly text: string;
  readonly value: Json;
  /** The place of a key or of its value; of the nearest thing around it when there is no such place. */
  range(path: DocumentPath, part: 'key' | 'value'): SourceRange;
  /** Where a text stands within a value; undefined where YAML writes it in another way (escaped, folded). */
  find(path: DocumentPath, text: string): SourceRange | undefined;
  problem(
    path: DocumentPath,
    message: string,
    options?: {
      /** A place that is known better than the path tells. */
      readonly at?: SourceRange | undefined;
      readonly hint?: string;
      readonly part?: 'key' | 'value';
      readonly severity?: 'warning';
    },
  ): Problem;
}

/**
 * As many as a runbook of ten thousand steps has. What is reached through an alias counts as often as it is used, and
 * more than what is written out, so that a few lines of nested aliases cannot grow without end.
 */
const maxNodes = 400_000;
const aliasedWeight = 4;
const maxDepth = 100;
const maxSyntaxProblems = 20;

interface Place {
  readonly key?: readonly [number, number];
  readonly value: readonly [number, number];
}

/** Never throws for a bad text: what is wrong with it is in `problems`. */
export function parseSource(
  text: string,
  file: string,
): {
  readonly document: SourceDocument;
  readonly problems: readonly Problem[];
  /** The text is no YAML, so that what was read of it says little. */
  readonly broken: boolean;
} {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const places = new Map<string, Place>();
  const rangeOf = ([from, to]: readonly [number, number]): SourceRange => {
    const { line, col } = lines.linePos(from);
    const lineEnd = text.indexOf('\n', from);
    const end = Math.min(to, lineEnd < 0 ? text.length : lineEnd);
    return {
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      length: Math.max(1, end - from),
    };
  };
  const report = (at: readonly [number, number], message: string, hint?: string): void => {
    const range = rangeOf(at);
    const snippet = lineOf(text, range.line);
    problems.push({
      severity: 'error',
      message,
      at: range,
      snippet,
      ...(hint === undefined ? {} : { hint }),
    });
  };

  let value: Json = null;
  let broken = false;
  const tooDeep = (): void => {
    broken = true;
    report([0, 1], `${file} is nested too deeply to be read`);
  };
  const json = readJsonSource(text, maxNodes);
  const placeOf = (path: DocumentPath): Place | undefined =>
    json === undefined ? places.get(placeKey(path)) : placeIn(json.place, path);
  const readYaml = (): void => {
    const tokens = lexYaml(text);
    if (tokens === undefined) tooDeep();
    const parsed = composeYaml(tokens === undefined ? '' : text, tokens ?? [], lines);
    for (const error of parsed.errors.slice(0, maxSyntaxProblems)) {
      report(error.pos, syntaxMessage(error.code, error.message));
      broken ||= error.code !== 'DUPLICATE_KEY';
    }
    value = new Converter(parsed, places, report).convertRoot();
  };
  try {
    if (json === undefined) readYaml();
    else {
      value = json.value;
      noteLines(text, lines);
    }
  } catch (error) {
    // The parser and this conversion recurse; an alias may nest what the text does not.
    if (!(error instanceof RangeError)) throw error;
    tooDeep();
  }

  const range = (path: DocumentPath, part: 'key' | 'value'): SourceRange => {
    for (let length = path.length; length >= 0; length -= 1) {
      const place = placeOf(path.slice(0, length));
      if (place === undefined) continue;
      const exact = length === path.length ? part : 'key';
      return rangeOf(exact === 'key' ? (place.key ?? place.value) : place.value);
    }
    return rangeOf([0, 1]);
  };
  const document: SourceDocument = {
    file,
    text,
    value,
    range,
    find: (path, wanted) => {
      const [from, to] = placeOf(path)?.value ?? [0, 0];
      const found = wanted === '' ? -1 : text.slice(0, to).indexOf(wanted, from);
      return found < 0 ? undefined : rangeOf([found, found + wanted.length]);
    },
    problem: (path, message, options = {}) => {
      const at = options.at ?? range(path, options.part ?? 'value');
      const snippet = lineOf(text, at.line);
      const hint = options.hint === undefined ? {} : { hint: options.hint };
      return { severity: options.severity ?? 'error', message, at, snippet, ...hint };
    },
  };
  return { document, problems, broken };
}

class Converter {
  private readonly document: Document;
  private readonly places: Map<string, Place>;
  private readonly report: (at: readonly [number, number], message: string, hint?: string) => void;
  private readonly aliases = new Map<Alias, Node | undefined>();
  private nodes = 0;
  private weight = 1;

  constructor(
    document: Document,
    places: Map<string, Place>,
    report: (at: readonly [number, number], message: string, hint?: string) => void,
  ) {
    this.document = document;
    this.places = places;
    this.report = report;
  }

  convertRoot(): Json {
    return this.convert(this.document.contents, [], undefined);
  }

  private convert(
    node: unknown,
    path: DocumentPath,
    key: readonly [number, number] | undefined,
  ): Json {
    const at = spanOf(node) ?? key ?? [0, 1];
    this.places.set(placeKey(path), { ...(key === undefined ? {} : { key }), value: at });
    this.nodes += this.weight;
    if (this.nodes > maxNodes || path.length > maxDepth) {
      if (this.nodes !== Number.POSITIVE_INFINITY)
        this.report(at, 'The document is too large or too deep');
      this.nodes = Number.POSITIVE_INFINITY;
      return null;
    }
    if (isAlias(node)) {
      const target = this.resolve(node);
      // An unknown anchor has been reported by the parser.
      return target === undefined
        ? null
        : this.throughAlias(() => this.convert(target, path, key ?? at));
    }
    if (isMap(node)) return this.convertMap(node, path);
    if (isSeq(node))
      return node.items.map((item, index) => this.convert(item, [...path, index], undefined));
    if (isScalar(node)) return this.convertScalar(node.value, at);
    return null;
  }

  private throughAlias(convert: () => Json): Json {
    const before = this.weight;
    this.weight = aliasedWeight;
    const value = convert();
    this.weight = before;
    return value;
  }

  /** The library searches the whole document each time. */
  private resolve(alias: Alias): Node | undefined {
    if (!this.aliases.has(alias)) this.aliases.set(alias, alias.resolve(this.document));
    return this.aliases.get(alias);
  }

  private convertMap(map: YAMLMap, path: DocumentPath): Json {
    const entries = new Map<string, Json>();
    const merged: Node[] = [];
    for (const pair of map.items) {
      if (!isPair(pair)) continue;
      const key = pair.key;
      const at = spanOf(key) ?? [0, 1];
      if (!isScalar(key)) {
        this.report(
          at,
          'A key must be text',
          'A value that begins with {{ needs quotes: "{{name}}"',
        );
        continue;
      }
      if (key.value === '<<' && key.type === 'PLAIN') {
        if (pair.value !== null) merged.push(pair.value as Node);
        continue;
      }
      const name = textOfKey(key.value);
      entries.set(name, this.convert(pair.value, [...path, name], at));
    }
    for (const node of merged) this.merge(node, path, entries);
    return Object.fromEntries(entries);
  }

  /** Keys that are written out win over merged ones, and earlier merges over later ones. */
  private merge(node: Node, path: DocumentPath, entries: Map<string, Json>): void {
    const resolved = isAlias(node) ? this.resolve(node) : node;
    if (isSeq(resolved)) {
      for (const item of resolved.items) this.merge(item as Node, path, entries);
      return;
    }
    if (!isMap(resolved)) {
      this.report(spanOf(node) ?? [0, 1], '<< merges mappings only');
      return;
    }
    const before = new Map(
      [...entries.keys()].map((name) => [name, this.places.get(placeKey([...path, name]))]),
    );
    const values = this.throughAlias(() => this.convertMap(resolved, path)) as JsonObject;
    for (const [name, value] of Object.entries(values)) {
      const place = before.get(name);
      if (place !== undefined) this.places.set(placeKey([...path, name]), place);
      if (!entries.has(name)) entries.set(name, value);
    }
  }

  private convertScalar(value: unknown, at: readonly [number, number]): Json {
    if (value === null || value === undefined) return null;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.report(at, 'A value must be text, a number, true, false or null', 'Put it in quotes');
    return null;
  }
}

function textOfKey(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function placeKey(path: DocumentPath): string {
  return path.map((part) => `${typeof part === 'number' ? '#' : '.'}${part}`).join('\u0000');
}

function spanOf(node: unknown): readonly [number, number] | undefined {
  const range =
    typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  if (!Array.isArray(range)) return undefined;
  const [from, to] = range as readonly unknown[];
  return typeof from === 'number' && typeof to === 'number' ? [from, to] : undefined;
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'DUPLICATE_KEY') return 'The key is given twice';
  if (code === 'MULTIPLE_DOCS') return 'A file holds one document; a second one begins here';
  if (code === 'TAB_AS_INDENT') return 'Tabs cannot indent YAML; use spaces';
  return `YAML: ${message}`;
}

function lineOf(text: string, line: number): string {
  let from = 0;
  for (let at = 1; at < line; at += 1) from = text.indexOf('\n', from) + 1;
  const end = text.indexOf('\n', from);
  return text.slice(from, end < 0 ? undefined : end).replace(/\r$/, '');
}
