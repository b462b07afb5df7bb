// What running a command in a container means here: arguments in, exit code and bytes out. No process is ever started.

export interface CommandResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CommandContext {
  /** Path → content. Folders exist while something is in them, and those of `folders`. */
  readonly files: Map<string, Buffer>;
  readonly folders: readonly string[];
  /** Bytes of the volume at /var/lib. */
  readonly volumeBytes: number;
  /** etcd's own tools, in containers that have them. */
  readonly etcd?: EtcdAccess;
}

export interface EtcdAccess {
  readonly memberId: number;
  /** The database as it is now. Taking one is what the recorder wants to know of. */
  snapshot(): Buffer | undefined;
  status(): { readonly revision: number; readonly sizeBytes: number } | undefined;
}

export type Command = (args: readonly string[], context: CommandContext) => CommandResult;

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
    [...context.files.keys()].some((file) => file.startsWith(folder))
  );
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}
