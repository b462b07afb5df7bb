// etcd by way of exec: its own tool in its own pods, with fixed commands. The reader can only look; what writes into a pod
// is one snapshot file, and what is removed is that file.

import { DrctlError } from '../../engine/index.ts';
import type {
  EtcdChanges,
  EtcdClient,
  EtcdMember,
  EtcdReader,
  EtcdStatus,
} from '../../actions/ports.ts';
import { etcdctl, findCaPath, parseChanges, parseStatus } from './etcdctl.ts';
import { askInPod, execFailed, lastLine, runInPod, streamFromPod } from './exec-tools.ts';
import type { CommandResult, ExecPort } from './exec-tools.ts';

const shortMs = 30_000;
/** etcd itself writes a few hundred MiB a second; a slow volume may take minutes. */
const saveMs = 30 * 60_000;
const readMs = 2 * 60 * 60_000;
const bytesInKiB = 1024;
/** How long a member may take to tell what it has; it is left as soon as it has told. */
const watchSeconds = 3;
/** Of coreutils' timeout, when it has ended the command. */
const timedOutCode = 124;

export function createEtcdReader(kube: ExecPort): EtcdReader {
  return {
    status: (member, signal) => statusOf(kube, member, signal),
    changesSince: (member, revisions, signal) =>
      changesSince(kube, { member, ...revisions, signal }),
    freeBytes: (member, path, signal) => freeBytes(kube, { member, path, signal }),
    fileSizeBytes: (member, path, signal) => fileSizeBytes(kube, { member, path, signal }),
  };
}

export function createEtcdClient(kube: ExecPort): EtcdClient {
  return {
    ...createEtcdReader(kube),
    saveSnapshot: (member, path, signal) => saveSnapshot(kube, { member, path, signal }),
    readFile: (member, path, signal) => readFile(kube, { member, path, signal }),
    removeFile: (member, path, signal) => removeFile(kube, { member, path, signal }),
  };
}

interface FileInPod {
  readonly member: EtcdMember;
  readonly path: string;
  readonly signal: AbortSignal;
}

async function statusOf(
  kube: ExecPort,
  member: EtcdMember,
  signal: AbortSignal,
): Promise<EtcdStatus> {
  const { pod } = member;
  try {
    const caPath = await findCaPath(kube, member, signal);
    const ask = (...words: readonly string[]): Promise<CommandResult> => {
      const command = etcdctl(caPath, ['--command-timeout=10s', 'endpoint', ...words]);
      return askInPod(kube, { member, command, timeoutMs: shortMs, signal });
    };
    const status = await ask('status', '-w', 'json');
    if (status.code !== 0) return { pod, healthy: false, because: lastLine(status.stderr) };
    const health = await ask('health');
    const found = { pod, ...parseStatus(status.stdout) };
    return health.code === 0
      ? { ...found, healthy: true }
      : { ...found, healthy: false, because: lastLine(health.stderr || health.stdout) };
  } catch (error) {
    if (!(error instanceof DrctlError) || !isAnswer(error)) throw error;
    return { pod, healthy: false, because: error.message };
  }
}

/** A pod that does not take a command is not healthy; that we may not ask, or are unknown, is no answer about it. */
function isAnswer(error: DrctlError): boolean {
  return !['CLIENT_DENIED', 'CLIENT_UNAUTHENTICATED', 'TARGET_INVALID'].includes(error.code);
}

/** A watch gives what has happened at once and then waits: it is ended from inside the pod, where nothing is left behind. */
async function changesSince(
  kube: ExecPort,
  {
    member,
    after,
    upTo,
    signal,
  }: {
    readonly member: EtcdMember;
    readonly after: number;
    readonly upTo: number;
    readonly signal: AbortSignal;
  },
): Promise<EtcdChanges> {
  const caPath = await findCaPath(kube, member, signal);
  const watch = etcdctl(caPath, ['watch', '', '--prefix', `--rev=${after + 1}`, '-w', 'json']);
  const command = ['timeout', String(watchSeconds), ...watch];
  const enough = (stdout: string): boolean => parseChanges(stdout, after).upToRevision >= upTo;
  const result = await askInPod(kube, { member, command, timeoutMs: shortMs, signal, enough });
  if (![0, timedOutCode].includes(result.code)) throw execFailed({ member, command }, result);
  return parseChanges(result.stdout, after);
}

async function freeBytes(kube: ExecPort, { member, path, signal }: FileInPod): Promise<number> {
  // -P: one line for each file system, however long its name is.
  const command = ['df', '-P', '-k', checkedPath(path)];
  const result = await askInPod(kube, { member, command, timeoutMs: shortMs, signal });
  if (result.code !== 0) throw execFailed({ member, command }, result);
  const freeKiB = Number(lastLine(result.stdout).split(/\s+/)[3]);
  if (Number.isInteger(freeKiB)) return freeKiB * bytesInKiB;
  throw execFailed({ member, command }, { code: 0, stderr: lastLine(result.stdout) });
}

async function fileSizeBytes(
  kube: ExecPort,
  { member, path, signal }: FileInPod,
): Promise<number | undefined> {
  const command = ['stat', '-c', '%s', checkedPath(path)];
  const result = await askInPod(kube, { member, command, timeoutMs: shortMs, signal });
  if (result.code === 0) return Number(result.stdout.trim());
  if (result.stderr.includes('No such file')) return undefined;
  throw execFailed({ member, command }, result);
}

async function saveSnapshot(kube: ExecPort, { member, path, signal }: FileInPod): Promise<void> {
  const caPath = await findCaPath(kube, member, signal);
  // What an attempt before left there, complete or not, is in the way.
  await removeFile(kube, { member, path, signal });
  const command = etcdctl(caPath, ['snapshot', 'save', checkedPath(path)]);
  const result = await runInPod(kube, { member, command, timeoutMs: saveMs, signal });
  if (result.code !== 0) throw execFailed({ member, command }, result);
}

function readFile(kube: ExecPort, { member, path, signal }: FileInPod): AsyncIterable<Uint8Array> {
  const command = ['cat', checkedPath(path)];
  return streamFromPod(kube, { member, command, timeoutMs: readMs, signal });
}

async function removeFile(kube: ExecPort, { member, path, signal }: FileInPod): Promise<void> {
  // etcdctl writes to "<path>.part" first.
  const command = ['rm', '-f', '--', checkedPath(path), `${checkedPath(path)}.part`];
  const result = await runInPod(kube, { member, command, timeoutMs: shortMs, signal });
  if (result.code !== 0) throw execFailed({ member, command }, result);
}

/** One plain absolute path: no pattern, no option, no way up. */
function checkedPath(path: string): string {
  const isPlain = /^\/[A-Za-z0-9._/-]+$/.test(path) && !path.split('/').includes('..');
  if (isPlain) return path;
  throw new DrctlError('PARAMS_INVALID', `"${path}" is not a plain absolute path`);
}
