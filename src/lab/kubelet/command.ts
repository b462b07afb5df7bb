// What running a command in a container means here: arguments in, exit code and bytes out. Whoever may exec into a pod of the
// lab must not thereby run anything on this machine: the commands are a small list, each carried out by the lab itself.

import type { PodFiles } from './pod-files.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CommandContext {
  readonly files: PodFiles;
  /** Folders that are there although nothing is in them. */
  readonly folders: readonly string[];
  /** Bytes of the volume at /var/lib. */
  readonly volumeBytes: number;
  /** More commands than the few of every container: etcd's own tools, where there are any. */
  readonly tools?: Readonly<Record<string, Command>>;
  /** How long a tool may run, where the command line says so; it then ends with code 124. */
  readonly limitMs?: number;
}

export type Command = (
  args: readonly string[],
  context: CommandContext,
) => CommandResult | Promise<CommandResult>;

export function succeed(stdout: string | Buffer = '', stderr = ''): CommandResult {
  return { code: 0, stdout: Buffer.from(stdout), stderr };
}

export function fail(stderr: string, code = 1): CommandResult {
  return { code, stdout: Buffer.alloc(0), stderr: stderr.endsWith('\n') ? stderr : `${stderr}\n` };
}

export function isFolder(context: CommandContext, path: string): boolean {
  const folder = path === '/' ? '/' : `${path.replace(/\/+$/, '')}/`;
  return (
    context.folders.some((entry) => `${entry}/` === folder || `${entry}/`.startsWith(folder)) ||
    context.files.paths().some((file) => file.startsWith(folder))
  );
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}
