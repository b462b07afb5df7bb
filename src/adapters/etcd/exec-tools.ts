// Commands in an etcd pod: fixed lists of words, never a shell, so that no value can become a command. Every command has
// a time limit of its own, because an exec whose pod hangs would otherwise never end.

import { setTimeout as delay } from 'node:timers/promises';
import { DrctlError } from '../../engine/index.ts';
import type { EtcdMember, ExecSession, KubeClient } from '../../actions/ports.ts';
import { untilAbort } from '../kubernetes/on-abort.ts';
import { timeLimit } from '../time-limit.ts';

/** All of KubeClient that is used here. */
export type ExecPort = Pick<KubeClient, 'exec'>;

export interface PodCommand {
  readonly member: EtcdMember;
  readonly command: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** For a command that goes on by itself: with this output it is left, as if it had ended with 0. */
  readonly enough?: (stdout: string) => boolean;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const maxOutputBytes = 1024 * 1024;

/** Whatever its exit code. Throws CLIENT_UNREACHABLE when it did not end in time. */
export async function runInPod(kube: ExecPort, run: PodCommand): Promise<CommandResult> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const limit = timeLimit(run.timeoutMs, run.signal);
  try {
    const session = await begin(kube, run, limit.signal);
    for await (const part of session.stdout) {
      sizeBytes += part.byteLength;
      if (sizeBytes <= maxOutputBytes) parts.push(Uint8Array.from(part));
      // Leaving the loop ends the connection.
      if (run.enough?.(textOf(parts)) === true)
        return { code: 0, stdout: textOf(parts), stderr: '' };
    }
    const { code, stderr } = await session.exit;
    return { code, stderr, stdout: textOf(parts) };
  } catch (error) {
    throw named(error, run);
  } finally {
    limit.clear();
  }
}

const textOf = (parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString();

/**
 * The same for a command that only reads: one that a busy server refuses, or whose connection breaks, is given again, a few
 * times within seconds. What hung has used up the time already.
 */
export async function askInPod(kube: ExecPort, run: PodCommand): Promise<CommandResult> {
  const { signal } = run;
  for (let tries = 1; ; tries += 1) {
    const began = performance.now();
    try {
      return await runInPod(kube, run);
    } catch (error) {
      signal.throwIfAborted();
      const hung = performance.now() - began > run.timeoutMs / 2;
      if (!isPassing(error) || hung || tries >= maxTries) throw error;
      const waitMs = Math.min(error.retryAfterMs ?? firstWaitMs * tries, maxWaitMs);
      await untilAbort(delay(waitMs, undefined, { signal }), signal);
    }
  }
}

const maxTries = 4;
const firstWaitMs = 200;
const maxWaitMs = 5_000;

/** It says nothing about the pod, only about the way to it. */
function isPassing(error: unknown): error is DrctlError {
  return (
    error instanceof DrctlError &&
    error.retryable &&
    ['CLIENT_EXPIRED', 'CLIENT_THROTTLED', 'CLIENT_UNREACHABLE'].includes(error.code)
  );
}

/** The output as it comes. Throws EXEC_FAILED when the command ends with another code than 0. */
export async function* streamFromPod(kube: ExecPort, run: PodCommand): AsyncGenerator<Uint8Array> {
  const limit = timeLimit(run.timeoutMs, run.signal);
  try {
    const session = await begin(kube, run, limit.signal);
    yield* session.stdout;
    const { code, stderr } = await session.exit;
    if (code !== 0) throw execFailed(run, { code, stderr });
  } catch (error) {
    throw named(error, run);
  } finally {
    limit.clear();
  }
}

function begin(
  kube: ExecPort,
  { member, command }: PodCommand,
  signal: AbortSignal,
): Promise<ExecSession> {
  return kube.exec({ ...member, command, signal });
}

/** Our own time limit as an error that says so; everything else as it is. */
function named(error: unknown, { member, command, signal, timeoutMs }: PodCommand): unknown {
  const isOurLimit =
    !signal.aborted && error instanceof DOMException && error.name === 'TimeoutError';
  if (!isOurLimit) return error;
  return new DrctlError(
    'CLIENT_UNREACHABLE',
    `"${command.join(' ')}" did not end within ${timeoutMs / 1_000} s in pod ${member.pod}`,
    { cause: error, retryable: true },
  );
}

export function execFailed(
  { member, command }: Pick<PodCommand, 'member' | 'command'>,
  result: { readonly code: number; readonly stderr: string },
): DrctlError {
  return new DrctlError(
    'EXEC_FAILED',
    `"${command.join(' ')}" ended with code ${result.code} in container ${member.container} of pod ${member.namespace}/${member.pod}: ${lastLine(result.stderr)}`,
  );
}

/** What a tool said last is what went wrong. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
