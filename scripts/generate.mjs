// Writes the files that follow from the sources: the JSON Schemas, the reference of the actions, of the commands and of the
// file of a saved plan. With --check it writes nothing and fails when one of them is out of step. Needs a build.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse, stringify } from 'yaml';
import { loadSource } from './build/load-source.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { builtinActions, celFunctions, templateHelpers } = await loadSource(root, [
  'src/actions/index.ts',
  'src/engine/index.ts',
]);
const check = process.argv.includes('--check');

function drctl(...args) {
  return execFileSync(process.execPath, [path.join(root, 'bin/drctl.js'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', COLUMNS: '100' },
  });
}

function typeOf(schema) {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return [...new Set(variants.map(typeOf))].join(' or ');
  if (schema['x-drctl'] === 'cel') return 'CEL';
  if (schema['x-drctl'] === 'duration') return 'duration';
  if (String(schema['x-drctl'] ?? '').startsWith('target:'))
    return `${schema['x-drctl'].slice(7)} target`;
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'object') {
    const keys = Object.keys(schema.properties ?? {});
    return keys.length === 0 ? 'object' : `object (${keys.map((key) => `\`${key}\``).join(', ')})`;
  }
  return schema.type ?? 'any';
}

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();

function table(schema, type = typeOf) {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return '_None._';
  const rows = properties.map(([name, property]) => {
    const fallback =
      property.default === undefined ? '' : `; default \`${JSON.stringify(property.default)}\``;
    const need = schema.required?.includes(name) ? 'required' : '';
    return `| \`${name}\` | ${cell(type(property))} | ${need} | ${cell((property.description ?? '') + fallback)} |`;
  });
  return ['| name | type | | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function actionSection(action) {
  const undo = action.undo.possible ? 'yes' : `no: ${action.undo.because}`;
  const examples = action.examples.map(
    (example) => `\`\`\`yaml\n${stringify([example]).trim()}\n\`\`\``,
  );
  return [
    `## ${action.name}`,
    `${action.summary}.`.replace('..', '.'),
    action.description ?? '',
    `Effect: \`${action.effect}\` · version ${action.version} · undo: ${undo}`,
    '### Parameters',
    table(action.params),
    '### Outputs',
    table(action.outputs),
    ...examples,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function actionsPage() {
  const list = builtinActions.map(
    (a) =>
      `| [${a.name}](#${a.name.replace('.', '').toLowerCase()}) | ${a.effect} | ${cell(a.summary)} |`,
  );
  return [
    '# Actions',
    'Written from the actions’ schemas by `npm run generate`; `drctl actions NAME` prints the same.',
    ['| action | effect | what it does |', '| --- | --- | --- |', ...list].join('\n'),
    ...builtinActions.map(actionSection),
  ].join('\n\n');
}

function commandsPage() {
  const top = drctl('--help');
  const names = [...new Set([...top.matchAll(/^ {2}drctl ([a-z-]+)/gm)].map((match) => match[1]))];
  const sections = names.map(
    (name) => `## drctl ${name}\n\n\`\`\`text\n${drctl(name, '--help').trim()}\n\`\`\``,
  );
  return [
    '# Commands',
    'Written from `--help` by `npm run generate`. Every command takes `--json` for versioned NDJSON events on stdout.',
    `\`\`\`text\n${top.trim()}\n\`\`\``,
    ...sections,
  ].join('\n\n');
}

const row = ({ usage, summary }) => `| \`${cell(usage)}\` | ${cell(summary)} |`;

function expressionsPage() {
  const head = ['| | |', '| --- | --- |'];
  return [
    '# Helpers and functions',
    'Written from the sources by `npm run generate`. Values are Handlebars templates, conditions are CEL: see [the runbook language](runbook-language.md).',
    '## Template helpers',
    [...head, ...[...templateHelpers.values()].map(row)].join('\n'),
    '## CEL functions',
    'Beside the functions and macros of CEL itself (`has`, `size`, `all`, `exists`, `filter`, `map`, `startsWith`, `endsWith`, `contains`, `in`, …). Regular expressions are RE2: they take linear time, and have neither lookahead nor backreferences.',
    [...head, ...celFunctions.map(row)].join('\n'),
  ].join('\n\n');
}

/** Every object of a schema as a table, outermost first; what several places have alike is shown once. */
function tablesOf(schema) {
  const seen = new Set();
  const visit = (object, place) => {
    const text = table(object, plainType);
    if (seen.has(text)) return [];
    seen.add(text);
    const kind = object.properties.kind;
    const kinds = place === '' ? undefined : (kind?.enum ?? (kind && [kind.const]))?.join(', ');
    const title = place === '' ? '## The file' : `### ${place}${kinds ? ` (${kinds})` : ''}`;
    const inside = Object.entries(object.properties).flatMap(([name, property]) => {
      const inner = `${place === '' ? '' : `${place}.`}${name}${property.type === 'array' ? '[]' : ''}`;
      return objectsIn(property).flatMap((one) => visit(one, inner));
    });
    return [`${title}\n\n${text}`, ...inside];
  };
  return visit(schema, '');
}

function objectsIn(schema) {
  const inner = schema.items ?? schema;
  return (inner.anyOf ?? [inner]).filter((one) => one.properties !== undefined);
}

/** Objects have tables of their own. */
function plainType(schema) {
  const [first] = objectsIn(schema);
  if (first === undefined) return typeOf(schema);
  return schema.type === 'array' ? 'list of objects' : 'object';
}

function planFormatPage() {
  return [
    '# The file of a saved plan',
    'Written from the schema by `npm run generate`; [the schema](../schemas/plan.v1.schema.json) is what `drctl schema plan` prints. For how it is used see [Plans that are reviewed](operating.md#plans-that-are-reviewed).',
    'One JSON object, `kind` first. Members that are not listed may be there: format 1 only ever gains some. A digest is `sha256:` and 64 hex digits, taken over canonical JSON: keys sorted by UTF-16 code unit, no white space. Everything below `plan` is masked. Objects that several places have alike are shown once.',
    ...tablesOf(JSON.parse(drctl('schema', 'plan'))),
  ].join('\n\n');
}

const style = await resolveConfig(path.join(root, 'docs/actions.md'));
const markdown = (text) => format(text, { ...style, parser: 'markdown' });

const files = {
  'schemas/runbook.v1.schema.json': `${JSON.stringify(parse(drctl('schema')), null, 2)}\n`,
  'schemas/plan.v1.schema.json': `${JSON.stringify(parse(drctl('schema', 'plan')), null, 2)}\n`,
  'docs/plan-format.md': await markdown(planFormatPage()),
  'docs/actions.md': await markdown(actionsPage()),
  'docs/expressions.md': await markdown(expressionsPage()),
  'docs/commands.md': await markdown(commandsPage()),
};

for (const [file, content] of Object.entries(files)) {
  const target = path.join(root, file);
  if (!check) {
    writeFileSync(target, content);
    continue;
  }
  let present = '';
  try {
    present = readFileSync(target, 'utf8');
  } catch {
    // Absent counts as out of step.
  }
  if (present !== content) {
    process.stderr.write(`${file} is out of step with the sources; run "npm run generate"\n`);
    process.exitCode = 1;
  }
}
