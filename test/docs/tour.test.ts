// Every shell command that the documents show is carried out, in the order in which they show them, in a folder that
// looks like a clone. What CI itself does beforehand (install, build, this very test) is listed by name.
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { began, readJournal, root } from '../e2e/workbench.ts';

const LIMIT_MS = 300_000;
const POLL_MS = 50;

/** Carried out by CI, or by a test of their own. */
const elsewhere = new Set([
  'npm ci',
  'npm ci && npm run demo',
  'npm run check',
  'npm test',
  'export PATH="$PWD/bin:$PATH"',
]);

interface Typed {
  /** What a person types once the screen shows the question. */
  readonly question: string;
  readonly answer: string;
  readonly exitCode: number | null;
  /** The process is killed outright when this step has begun. */
  readonly killAt?: string;
}

/** Commands that ask a person: carried out on a terminal. */
const typed = new Map<string, Typed>([
  [
    'drctl apply runbooks/aws-same-region.yaml -e my.env',
    { question: 'Apply this plan', answer: 'n', exitCode: 3 },
  ],
  [
    'drctl apply runbooks/aws-same-region.yaml -e .drctl/lab/lab.env',
    { question: 'Apply this plan', answer: 'y', exitCode: null, killAt: 'restore-machines' },
  ],
]);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drctl-tour-'));
  for (const name of ['bin', 'runbooks', 'examples']) {
    await symlink(path.join(root, name), path.join(folder, name));
  }
});
afterAll(async () => {
  await bash('drctl lab down');
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, NO_COLOR: '1', PATH: `${folder}/bin:${process.env['PATH']}` };
}

function bash(command: string, terminal?: Typed): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, env: environment(), detached: true } as const;
    const child =
      terminal === undefined
        ? spawn('bash', ['-c', command], options)
        : spawn('script', ['-qefc', command, '/dev/null'], options);
    let output = '';
    let isAnswered = false;
    const onText = (text: string): void => {
      output += text;
      if (terminal === undefined || isAnswered || !output.includes(terminal.question)) return;
      isAnswered = true;
      child.stdin.write(`${terminal.answer}\r`);
      if (terminal.killAt !== undefined) void killWhenBegun(terminal.killAt, child.pid);
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/** `script` runs the command in a session of its own, so the whole family is looked for by its folder. */
async function killWhenBegun(step: string, pid: number | undefined): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (Date.now() < deadline) {
    if ((await readJournal(folder)).some(began(step))) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await bash(`pkill -KILL -s ${await sessionOf(pid)} || pkill -KILL -P ${pid}`);
}

async function sessionOf(pid: number | undefined): Promise<string> {
  const { output } = await bash(`ps -o sid= --ppid ${pid} | head -1`);
  return output.trim();
}

async function shownCommands(): Promise<readonly string[]> {
  const docs = (await readdir(path.join(root, 'docs')))
    .filter((name) => name.endsWith('.md'))
    .toSorted((a, b) => (a < b ? -1 : 1));
  const files = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => path.join('docs', name))];
  const commands: string[] = [];
  for (const file of files) {
    const text = await readFile(path.join(root, file), 'utf8');
    for (const [, block] of text.matchAll(/^```sh\n(.*?)^```/gms)) {
      const lines = (block ?? '').split('\n').map((line) => line.replace(/\s+#.*$/, '').trim());
      commands.push(...lines.filter((line) => line !== ''));
    }
  }
  return commands;
}

it('the commands that the documents show work as shown', { timeout: LIMIT_MS }, async () => {
  // The first lines speak of the reader's own values: here they are the lab's.
  expect(await bash('drctl lab up')).toMatchObject({ exitCode: 0 });
  await copyFile(path.join(folder, '.drctl/lab/lab.env'), path.join(folder, 'my.env'));
  const commands = (await shownCommands()).filter((command) => !elsewhere.has(command));
  expect(commands.length).toBeGreaterThan(10);
  for (const command of commands.filter((line) => line !== 'drctl lab up')) {
    const terminal = typed.get(command);
    const outcome = await bash(command, terminal);
    const expected = terminal === undefined ? 0 : terminal.exitCode;
    // A killed process has no exit code of its own; `script` makes one up.
    const isAsShown = expected === null ? outcome.exitCode !== 0 : outcome.exitCode === expected;
    expect(isAsShown, `${command}\nexit ${outcome.exitCode}\n${outcome.output}`).toBe(true);
  }
});
