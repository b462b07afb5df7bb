// Every shell command that the documents show is carried out, in the order in which they show them, in a folder that
// looks like a clone. What CI itself does beforehand (install, build, this very test) is listed by name.
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { diesAtRecord, root } from '../e2e/workbench.ts';
import { motoProgram } from '../lab/real/moto.ts';

const LIMIT_MS = 900_000;

/** Carried out by CI, or by a test of their own. */
const elsewhere = new Set([
  'npm ci',
  'npm ci && npm run demo',
  'npm run check',
  'npm test',
  'export PATH="$PWD/bin:$PATH"',
  'scripts/setup-envtest.sh',
  'drctl lab up --backend envtest',
]);

interface Typed {
  /** What a person types once the screen shows the question. */
  readonly question: string;
  readonly answer: string;
  readonly exitCode: number;
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
    { question: 'Apply this plan', answer: 'y', exitCode: 137, killAt: 'restore-machines' },
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

/** For the aws CLI the lab's values are the shell's, as for a reader who has sourced them. */
function bash(line: string, terminal?: Typed): Promise<Outcome> {
  const command = line.startsWith('aws ') ? `set -a; . ./my.env; set +a; ${line}` : line;
  return new Promise((resolve, reject) => {
    const env = { ...environment(), ...killing(terminal?.killAt) };
    const options = { cwd: folder, env, detached: true } as const;
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
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, output }));
  });
}

/** The drctl among the processes ends at the step's first record. */
function killing(step: string | undefined): NodeJS.ProcessEnv {
  if (step === undefined) return {};
  return {
    NODE_OPTIONS: `--import=${diesAtRecord}`,
    DRCTL_TEST_DIE: JSON.stringify({ signal: 'SIGKILL', step }),
  };
}

interface Shown {
  readonly file: string;
  readonly command: string;
}

async function shownCommands(): Promise<readonly Shown[]> {
  const docs = (await readdir(path.join(root, 'docs')))
    .filter((name) => name.endsWith('.md'))
    .toSorted((a, b) => (a < b ? -1 : 1));
  const files = ['README.md', 'CONTRIBUTING.md', ...docs.map((name) => path.join('docs', name))];
  const commands: Shown[] = [];
  for (const file of files) {
    const text = await readFile(path.join(root, file), 'utf8');
    for (const [, block] of text.matchAll(/^```sh\n(.*?)^```/gms)) {
      const lines = (block ?? '').split('\n').map((line) => line.replace(/\s+#.*$/, '').trim());
      const shown = lines.filter((line) => line !== '' && !elsewhere.has(line));
      commands.push(...shown.map((command) => ({ file, command })));
    }
  }
  return commands;
}

/** The values that the documents speak of as the reader's own: a lab's. */
async function openLab(...flags: readonly string[]): Promise<void> {
  expect(await bash(['drctl lab up', ...flags].join(' '))).toMatchObject({ exitCode: 0 });
  await copyFile(path.join(folder, '.drctl/lab/lab.env'), path.join(folder, 'my.env'));
  const admin = path.join(folder, 'source-admin.kubeconfig');
  await copyFile(path.join(folder, '.drctl/lab/source.kubeconfig'), admin);
}

it('the commands that the documents show work as shown', { timeout: LIMIT_MS }, async () => {
  await openLab();
  const commands = await shownCommands();
  expect(commands.length).toBeGreaterThan(10);
  for (const { command } of commands.filter(({ file }) => file === 'README.md')) {
    if (command !== 'drctl lab up') await mustBeAsShown(command);
  }
  // The tour has taken its lab down. What comes next also grants rights in AWS, which only moto_server keeps.
  await openLab(...(motoProgram === undefined ? [] : ['--aws', 'moto']));
  if (motoProgram !== undefined) await bash('aws iam create-user --user-name dr');
  for (const { file, command } of commands) {
    const isKept = motoProgram !== undefined || !command.startsWith('aws iam');
    if (file === 'README.md' || !isKept) continue;
    // A reader who is told to start a lab has none; what comes before and after has its own.
    if (command === 'drctl lab up') await bash('drctl lab down');
    await mustBeAsShown(command);
  }
});

async function mustBeAsShown(command: string): Promise<void> {
  const terminal = typed.get(command);
  const outcome = await bash(command, terminal);
  const said = `${command}\nexit ${outcome.exitCode}\n${outcome.output}`;
  expect(outcome.exitCode, said).toBe(terminal === undefined ? 0 : terminal.exitCode);
}
