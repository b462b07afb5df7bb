// npm run bench [-- --suite NAME …] [--rounds N] [--json FILE]: measures, and prints one table.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { holds, isMeasured, ratioOf } from './report/line.ts';
import type { BenchLine } from './report/line.ts';
import { table } from './report/table.ts';
import { suites } from './suites/index.ts';
import type { Suite } from './suite.ts';

const { values } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true, default: suites.map(({ name }) => name) },
    rounds: { type: 'string', default: '9' },
    json: { type: 'string', default: 'bench-results.json' },
  },
});

const known = new Map(suites.map((suite) => [suite.name, suite]));
const unknown = values.suite.filter((name) => !known.has(name));
const rounds = Number(values.rounds);
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(
    `There is no suite ${unknown.join(', ') || '-'}, or --rounds ${values.rounds} is no count. ` +
      `Suites: ${[...known.keys()].join(', ')}\n`,
  );
  process.exit(2);
}

const lines: BenchLine[] = [];
for (const suite of suites.filter(({ name }) => values.suite.includes(name))) {
  lines.push(...(await measure(suite)));
}
await writeFile(values.json, JSON.stringify(record(), null, 2));
process.stdout.write(`${surroundings()}\n\n${table(lines)}\n\n${verdict()}\n`);

async function measure(suite: Suite): Promise<BenchLine[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'drctl-bench-'));
  const root = process.cwd();
  try {
    return await suite.measure({
      rounds,
      root,
      folder,
      drctl: [process.execPath, path.join(root, 'bin/drctl.js')],
      tell: (text) => process.stderr.write(`${suite.name}: ${text}\n`),
    });
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return [{ suite: suite.name, name: 'the suite itself', because }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function surroundings(): string {
  const [cpu] = os.cpus();
  return `${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, Node.js ${process.version}, ${os.platform()} ${os.release()}`;
}

function record() {
  const measured = lines.map((line) =>
    isMeasured(line) ? { ...line, ratio: ratioOf(line), holds: holds(line) } : line,
  );
  return { at: new Date().toISOString(), on: surroundings(), rounds, lines: measured };
}

function verdict(): string {
  const asked = lines.filter(isMeasured).filter(({ limit }) => limit !== undefined);
  const held = asked.filter((line) => holds(line) === true);
  const missing = lines.filter((line) => !isMeasured(line)).length;
  return `${held.length} of ${asked.length} hold, ${missing} not measured. JSON: ${values.json}`;
}
