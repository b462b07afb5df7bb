// The fields of a JSON Schema object as table rows: name, type, needed, what it is.

import type { TSchema } from 'typebox';

/** The parts of JSON Schema that parameter schemas use. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly 'x-drctl'?: string;
}

const MAX_DEPTH = 3;

/** Fields of objects inside follow their parent as "parent.child", of lists as "parent[].child". */
export function fieldRows(schema: TSchema): readonly (readonly string[])[] {
  return rowsOf(schema, '', 0);
}

function rowsOf(schema: Schema, prefix: string, depth: number): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const needed = schema.required?.includes(name) === true ? 'yes' : defaultOf(field);
    const row = [prefix + name, typeOf(field), needed, whatOf(field)];
    if (depth + 1 >= MAX_DEPTH) return [row];
    const inner =
      field.items === undefined
        ? rowsOf(field, `${prefix}${name}.`, depth + 1)
        : rowsOf(field.items, `${prefix}${name}[].`, depth + 1);
    return [row, ...inner];
  });
}

function defaultOf(field: Schema): string {
  return field.default === undefined ? '' : `default ${JSON.stringify(field.default)}`;
}

function whatOf(field: Schema): string {
  const bounds = [
    field.minimum === undefined ? undefined : `from ${field.minimum}`,
    field.maximum === undefined ? undefined : `to ${field.maximum}`,
  ].filter((one) => one !== undefined);
  const text = (field.description ?? '').replaceAll(/\s+/g, ' ').trim();
  return bounds.length === 0 ? text : `${text} (${bounds.join(' ')})`.trim();
}

function typeOf(field: Schema): string {
  const marker = field['x-drctl'];
  if (marker === 'cel') return 'CEL expression';
  if (marker === 'duration') return 'duration';
  if (marker?.startsWith('target:') === true) return `${marker.slice('target:'.length)} target`;
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.enum !== undefined) return field.enum.map((one) => String(one)).join(' | ');
  const choices = field.anyOf ?? field.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(' | ');
  if (field.items !== undefined) return `list of ${typeOf(field.items)}`;
  if (field.type === undefined) return 'any';
  return typeof field.type === 'string' ? field.type : field.type.join(' | ');
}
