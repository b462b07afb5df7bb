// drctl audit verify: everything that is wrong with what is kept of a run, all at once, and nothing where nothing is.

import { chmod, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileRunStore, createSystem } from '../../src/adapters/index.ts';
import { auditRun, createRegistry, digestLine } from '../../src/engine/index.ts';
import { createBench } from './bench.ts';

const bench = createBench();

interface Audited {
  readonly verdict: 'sound' | 'damaged';
  readonly exitCode: number;
  readonly findings: readonly {
    readonly part: string;
    readonly severity: string;
    readonly line?: number;
    readonly message: string;
    readonly expected?: string;
    readonly found?: string;
  }[];
  readonly journal?: { readonly lines: number; readonly head: string };
}

async function newRun(): Promise<string> {
  await bench.waitingRun();
  const [runId = ''] = await readdir(path.join(bench.cwd, '.drctl', 'runs'));
  return runId;
}

const inRun = (runId: string, ...names: string[]): string =>
  path.join(bench.cwd, '.drctl', 'runs', runId, ...names);

async function audit(runId: string): Promise<Audited> {
  const { code, stdout, stderr } = await bench.drctl('audit', 'verify', runId, '--json');
  expect(stderr).toBe('');
  const found = JSON.parse(stdout) as Audited;
  expect(found.exitCode).toBe(code);
  return found;
}

async function editJournal(
  runId: string,
  edit: (lines: readonly string[]) => readonly string[],
): Promise<void> {
  const file = inRun(runId, 'journal.ndjson');
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  await writeFile(file, `${edit(lines).join('\n')}\n`);
}

describe('a run that nobody touched', () => {
  it('is sound, says what was checked, and shows the head of its journal', async () => {
    const runId = await newRun();
    const shown = await bench.drctl('audit', 'verify', runId);
    expect(shown).toMatchSnapshot();
    const { verdict, journal, findings } = await audit(runId);
    expect({ verdict, findings }).toEqual({ verdict: 'sound', findings: [] });
    const lines = (await readFile(inRun(runId, 'journal.ndjson'), 'utf8')).trimEnd().split('\n');
    // Digests are replaced in what the command prints, so that the head is asked for at its source.
    const root = path.join(bench.cwd, '.drctl');
    const store = createFileRunStore({ root, system: createSystem() });
    const { journal: kept } = await auditRun(runId, { store, registry: createRegistry([]) });
    expect(kept?.head).toBe(digestLine(lines.at(-1) ?? ''));
    const status = await bench.drctl('status', runId, '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ journal: { lines: journal?.lines } });
  });

  it('is left as it is, to the byte and the time', async () => {
    const runId = await newRun();
    const look = async () => {
      const names = await readdir(inRun(runId), { recursive: true });
      return Promise.all(
        names.toSorted().map(async (name) => [name, (await stat(inRun(runId, name))).mtimeMs]),
      );
    };
    const before = await look();
    await bench.drctl('audit', 'verify', runId);
    expect(await look()).toEqual(before);
  });

  it('is sound too when its last line was cut off, which is no damage', async () => {
    const runId = await newRun();
    const file = inRun(runId, 'journal.ndjson');
    const whole = await readFile(file, 'utf8');
    await writeFile(file, whole.slice(0, -9));
    const { code, stdout } = await bench.drctl('audit', 'verify', runId);
    expect(code).toBe(0);
    expect(stdout).toContain('The last line was cut off by a crash');
  });

  it('that does not exist is not found', async () => {
    const { code, stderr } = await bench.drctl('audit', 'verify', 'nothing');
    expect(code).toBe(2);
    expect(stderr).toContain('RUN_NOT_FOUND');
  });
});

type Damage = (runId: string) => Promise<void>;
const journal =
  (edit: (lines: readonly string[]) => readonly string[]): Damage =>
  (runId) =>
    editJournal(runId, edit);

const damages: readonly (readonly [string, Damage, readonly object[]])[] = [
  [
    'a word that was changed by hand',
    journal((lines) => lines.with(3, (lines[3] ?? '').replace('"settings"', '"color"'))),
    [
      { part: 'events', line: 4, message: expect.stringContaining('cannot follow') },
      {
        part: 'journal',
        line: 5,
        message: 'line 5 does not continue line 4: one of the two was changed after it was written',
        expected: expect.stringMatching(/^sha256:/),
        found: expect.stringMatching(/^sha256:/),
      },
    ],
  ],
  [
    'a line that is missing',
    journal((lines) => lines.toSpliced(2, 1)),
    [{ part: 'journal', line: 3, expected: '3', found: '4' }],
  ],
  [
    'a line that is there twice',
    journal((lines) => lines.toSpliced(2, 0, lines[1] ?? '')),
    [
      {
        part: 'journal',
        line: 3,
        message: expect.stringContaining('there twice, or out of order'),
      },
    ],
  ],
  [
    'two lines that changed places',
    journal((lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? '')),
    [
      { part: 'journal', line: 5 },
      { part: 'journal', line: 6 },
    ],
  ],
  [
    'a line that is no JSON',
    journal((lines) => lines.with(2, '\u0000\u0000\u0000')),
    [{ part: 'journal', line: 3, message: 'line 3 is not JSON' }],
  ],
  [
    'a line of another format',
    journal((lines) => lines.with(2, (lines[2] ?? '').replace('"format":1', '"format":9'))),
    [{ part: 'journal', line: 3, message: 'line 3 is of journal format 9' }],
  ],
  [
    'a piece cut out of the middle',
    journal((lines) => {
      const text = lines.join('\n');
      return [text.slice(0, text.length / 2) + text.slice(text.length / 2 + 600)];
    }),
    [{ part: 'journal' }],
  ],
  [
    'a journal that is missing',
    (runId) => rm(inRun(runId, 'journal.ndjson')),
    [{ part: 'journal', message: 'the journal is missing' }],
  ],
  [
    'a header that is missing',
    (runId) => rm(inRun(runId, 'run.json')),
    [{ part: 'header', message: expect.stringContaining('missing') }],
  ],
  [
    'a header that is no JSON',
    (runId) => writeFile(inRun(runId, 'run.json'), '{'),
    [{ part: 'header', message: expect.stringContaining('damaged') }],
  ],
  [
    'a header whose runbook was edited',
    async (runId) => {
      const text = await readFile(inRun(runId, 'run.json'), 'utf8');
      await writeFile(inRun(runId, 'run.json'), text.replace('color: red', 'color: pink'));
    },
    [{ part: 'header', message: expect.stringContaining('not the one that the run was begun') }],
  ],
  [
    'a header that lacks a part',
    async (runId) => {
      const header = JSON.parse(await readFile(inRun(runId, 'run.json'), 'utf8')) as object;
      const { plan: _, ...rest } = { plan: {}, ...header };
      await writeFile(inRun(runId, 'run.json'), JSON.stringify({ ...rest, env: 3 }));
    },
    [
      { part: 'header', message: expect.stringContaining('plan') },
      { part: 'header', message: expect.stringContaining('env') },
    ],
  ],
  [
    'a lease that is damaged',
    (runId) => writeFile(inRun(runId, 'lease-1.json'), '{"user":3}'),
    [{ part: 'leases', message: expect.stringContaining('names no holder') }],
  ],
  [
    'leases that were removed',
    async (runId) => {
      await bench.drctl('resume', runId, '--approve', 'clean');
      await rm(inRun(runId, 'lease-1.json'));
    },
    [{ part: 'store', message: expect.stringContaining('1 of the leases before lease-2.json') }],
  ],
];

describe('damage', () => {
  it.each(damages)('%s is found and named', async (_what, damage, expected) => {
    const runId = await newRun();
    await damage(runId);
    const { verdict, findings, exitCode } = await audit(runId);
    for (const one of expected) expect(findings).toContainEqual(expect.objectContaining(one));
    expect({ verdict, exitCode }).toEqual({ verdict: 'damaged', exitCode: 5 });
    const shown = await bench.drctl('audit', 'verify', runId);
    expect(shown.code).toBe(exitCode);
    for (const { message } of findings) expect(shown.stdout).toContain(message.slice(0, 30));
  });

  it('in several places at once is told of each', async () => {
    const runId = await newRun();
    await editJournal(runId, (lines) => lines.with(1, 'x').with(4, 'y').toSpliced(6, 1));
    await writeFile(inRun(runId, 'lease-1.json'), '');
    const { findings } = await audit(runId);
    const lines = findings.filter(({ part }) => part === 'journal').map(({ line }) => line);
    expect(lines).toEqual(expect.arrayContaining([2, 5, 7]));
    expect(findings.map(({ part }) => part)).toContain('leases');
  });

  it('a run that other users can read is warned about, there and when it goes on, and is no damage', async () => {
    const runId = await newRun();
    await chmod(inRun(runId), 0o755);
    const { verdict, findings } = await audit(runId);
    expect(verdict).toBe('sound');
    expect(findings).toEqual([
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('755') }),
    ]);
    const resumed = await bench.drctl('resume', runId, '--approve', 'clean');
    expect(resumed.stderr).toContain('open to other users');
  });
});
