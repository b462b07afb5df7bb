// The real etcdctl and etcdutl, as a container has them: they see the pod's files and the pod's member, and nothing else.

import { execFile } from 'node:child_process';
import { fail, type Command, type CommandResult } from '../../kubelet/command.ts';
import type { Binaries } from '../../envtest/index.ts';
import { translateArguments } from './etcd-arguments.ts';
import type { MountedFiles } from './mounted-files.ts';

export interface EtcdToolsOptions {
  readonly binaries: Binaries;
  readonly files: MountedFiles;
  /** "https://127.0.0.1:34567" */
  readonly endpoint: string;
  /** Working folder: what a relative path is relative to. */
  readonly folder: string;
  /** A snapshot is about to be saved. */
  onSnapshot(): void;
}

const LIMIT_MS = 10 * 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const TIMED_OUT = 124;
const NOT_FOUND = 'executable file not found in $PATH';

export function etcdTools(options: EtcdToolsOptions): Readonly<Record<string, Command>> {
  const { etcdctl, etcdutl } = options.binaries;
  return {
    etcdctl: (args, { limitMs }) => run(etcdctl, args, { ...options, limitMs }),
    ...(etcdutl === undefined
      ? {}
      : { etcdutl: (args, { limitMs }) => run(etcdutl, args, { ...options, limitMs }) }),
  };
}

function run(
  program: string,
  args: readonly string[],
  options: EtcdToolsOptions & { readonly limitMs: number | undefined },
): CommandResult | Promise<CommandResult> {
  const translation = translateArguments(args, {
    hostPath: (path) => options.files.hostPath(path),
    endpoint: options.endpoint,
  });
  if (typeof translation === 'string') return fail(translation);
  if (args.includes('snapshot') && args.includes('save')) options.onSnapshot();
  return new Promise((resolve) => {
    execFile(
      program,
      translation.args,
      {
        cwd: options.folder,
        env: { ETCDCTL_API: '3' },
        encoding: 'buffer',
        maxBuffer: MAX_OUTPUT_BYTES,
        timeout: Math.min(options.limitMs ?? LIMIT_MS, LIMIT_MS),
      },
      (error, stdout, stderr) => {
        // Ended by its limit: coreutils' timeout ends with this code, and what was said until then stands.
        const isTimedOut = error?.killed === true && options.limitMs !== undefined;
        if (error !== null && typeof error.code !== 'number' && !isTimedOut) {
          const why = error.code === 'ENOENT' ? NOT_FOUND : error.message;
          resolve(fail(`${program}: ${why}`, 126));
          return;
        }
        const code = isTimedOut ? TIMED_OUT : Number(error?.code ?? 0);
        resolve({
          code,
          stdout: Buffer.from(translation.back(stdout.toString('utf8'))),
          stderr: translation.back(stderr.toString('utf8')),
        });
      },
    );
  });
}
