// Prints what the suites about crashes and faults have tried, as a table. Fails when a suite saw a violation or a difference, or
// when no suite said anything at all.
import { readFileSync } from 'node:fs';

const rows = readFileSync(process.argv[2], 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))
  .sort((a, b) => (a.suite < b.suite ? -1 : 1));

const columns = ['crashPoints', 'faults', 'kills', 'violations', 'differences'];
const titles = ['suite', 'crash points', 'faults', 'kills', 'violations', 'differences', 'seed'];
const sum = (name) => rows.reduce((total, row) => total + (row[name] ?? 0), 0);
const cells = [
  titles,
  ...rows.map((row) => [
    row.suite,
    ...columns.map((name) => (row[name] === undefined ? '' : String(row[name]))),
    row.seed === undefined ? '' : String(row.seed),
  ]),
  ['all', ...columns.map((name) => String(sum(name))), ''],
];
const widths = titles.map((_, index) => Math.max(...cells.map((row) => row[index].length)));
for (const row of cells) {
  const line = row.map((cell, index) =>
    index === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[index]),
  );
  process.stdout.write(`${line.join('  ').trimEnd()}\n`);
}
if (rows.length === 0 || sum('violations') + sum('differences') > 0) process.exitCode = 1;
