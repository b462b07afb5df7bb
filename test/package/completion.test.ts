// What shells complete of a command line of drctl, asked of the shells themselves. Needs the build.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './commands.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'drctl-completion-'));
symlinkSync(path.join(root, 'bin/drctl.js'), path.join(folder, 'drctl'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks a shell to complete the last of the words: a script that loads drctl's own and prints what it offers. */
const shells = {
  bash: {
    flags: ['--norc', '-c'],
    script: `source <(drctl completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _drctl; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  // Its own functions work in the line editor only: what they are given is what counts.
  zsh: {
    flags: ['-fc'],
    script: `compdef() {}; _files() { print -l *(N) }
compadd() { shift; local one; for one in "$@"; do [[ $one == $PREFIX* ]] && print -r -- $one; done | grep . }
source <(drctl completion zsh)
words=("$@"); CURRENT=$#; PREFIX=\${words[-1]}; _drctl`,
  },
  fish: {
    flags: ['--no-config', '-c'],
    script: `drctl completion fish | source
complete --do-complete (string join ' ' -- $argv)`,
  },
} as const;

function completions(shell: keyof typeof shells, ...words: readonly string[]): readonly string[] {
  const { flags, script } = shells[shell];
  const name = shell === 'fish' ? [] : ['completing'];
  const text = execFileSync(shell, [...flags, script, ...name, 'drctl', ...words], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  });
  return text
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '')
    .filter((line) => line !== '');
}

/** In CI they are there. */
function isMissing(shell: string): boolean {
  return process.env['CI'] === undefined && spawnSync(shell, ['--version']).error !== undefined;
}

describe.each(Object.keys(shells) as (keyof typeof shells)[])('%s', (shell) => {
  it.skipIf(isMissing(shell))(
    'completes commands, flags, values of flags, and files (skipped where it is not installed)',
    { timeout: 60_000 },
    () => {
      expect(completions(shell, 'rol')).toEqual(['rollback']);
      expect(completions(shell, 'lab', 'che')).toEqual(['check']);
      expect(completions(shell, 'plan', '--unav')).toEqual(['--unavailable']);
      expect(completions(shell, 'lab', 'up', '--backend', 'env')).toEqual(['envtest']);
      expect(completions(shell, 'plan', 'runbooks').map((one) => one.replace(/\/$/, ''))).toContain(
        'runbooks',
      );
    },
  );
});
