// Credential plugins of a test: real programs in a folder of their own, which write down that they ran.

import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Plugin {
  readonly folder: string;
  /** Absolute path of the program. */
  readonly command: string;
  /** The "exec" part of a user. */
  readonly exec: Readonly<Record<string, unknown>>;
  /** How often it ran. */
  runs(): Promise<number>;
  /** What it left in a file of its folder. */
  left(name: string): Promise<string>;
}

/** `script`: what it does, as a POSIX shell program whose working folder is the plugin's. */
export async function writePlugin(script: string, extra: object = {}): Promise<Plugin> {
  const folder = await mkdtemp(path.join(tmpdir(), 'drctl-plugin-'));
  const command = path.join(folder, 'get-token');
  await writeFile(command, `#!/bin/sh\ncd '${folder}'\necho run >> runs\n${script}\n`);
  await chmod(command, 0o700);
  const left = (name: string): Promise<string> => readFile(path.join(folder, name), 'utf8');
  return {
    folder,
    command,
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      interactiveMode: 'Never',
      ...extra,
    },
    runs: async () => (await left('runs').catch(() => '')).split('\n').length - 1,
    left,
  };
}

/** A shell command that prints this status as an ExecCredential. Values may hold "$(…)". */
export function printing(status: object, apiVersion = 'client.authentication.k8s.io/v1'): string {
  const text = JSON.stringify({ apiVersion, kind: 'ExecCredential', status });
  return `cat <<END\n${text}\nEND`;
}
