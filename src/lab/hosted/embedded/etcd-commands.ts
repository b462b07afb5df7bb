// etcdctl and etcdutl as far as a recovery uses them, with the output shapes of etcd 3.5.
// https://etcd.io/docs/v3.5/op-guide/maintenance/

import {
  fail,
  isFolder,
  parentOf,
  succeed,
  type Command,
  type CommandContext,
  type CommandResult,
} from '../../kubelet/command.ts';
import { decodeSnapshot, shortHash } from './snapshot-file.ts';

export interface EtcdAccess {
  readonly memberId: number;
  /** The database as it is now. Taking one is what the recorder wants to know of. */
  snapshot(): Buffer | undefined;
  status(): { readonly revision: number; readonly sizeBytes: number } | undefined;
  /** By the revision after which it is asked for: that of each change, and whether a key went away. */
  changesSince(revision: number): readonly EtcdChange[];
}

export interface EtcdChange {
  readonly revision: number;
  readonly isRemoval: boolean;
}

/** What a command is run with: its container, and the member in it. */
interface Surroundings extends CommandContext {
  readonly etcd: EtcdAccess;
}

const VERSION = '3.5.18';
const ENDPOINT = 'https://localhost:2379';
const VALUE_FLAGS = new Set([
  '--cacert',
  '--cert',
  '--key',
  '--endpoints',
  '--command-timeout',
  '--dial-timeout',
  '-w',
  '--write-out',
]);

interface Invocation {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

/** The tools in the container of one member. */
export function etcdTools(etcd: EtcdAccess): Readonly<Record<string, Command>> {
  return {
    etcdctl: (args, context) => run(parse(args), { ...context, etcd }, 'etcdctl'),
    etcdutl: (args, context) => run(parse(args), { ...context, etcd }, 'etcdutl'),
  };
}

function parse(args: readonly string[]): Invocation {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const equals = arg.indexOf('=');
    if (arg.startsWith('-') && equals !== -1)
      flags.set(arg.slice(0, equals), arg.slice(equals + 1));
    else if (VALUE_FLAGS.has(arg)) {
      index += 1;
      flags.set(arg, args[index] ?? '');
    } else if (arg.startsWith('-')) flags.set(arg, 'true');
    else words.push(arg);
  }
  return { words, flags };
}

function run(
  invocation: Invocation,
  context: Surroundings,
  tool: 'etcdctl' | 'etcdutl',
): CommandResult {
  const [first, second, file = ''] = invocation.words;
  const isJson = (invocation.flags.get('-w') ?? invocation.flags.get('--write-out')) === 'json';
  if (first === 'version') return succeed(`${tool} version: ${VERSION}\nAPI version: 3.5\n`);
  if (first === 'snapshot' && second === 'status') return snapshotStatus(context, file, isJson);
  if (tool === 'etcdutl') return fail(`Error: unknown command "${first ?? ''}" for "etcdutl"`);
  return ask(invocation, context, isJson);
}

/** The commands that talk to the member, and so need its certificates. */
function ask(invocation: Invocation, context: Surroundings, isJson: boolean): CommandResult {
  const [first, second = '', file = ''] = invocation.words;
  const missing = missingFile(invocation, context);
  if (missing !== undefined) return fail(`Error: open ${missing}: no such file or directory`);
  if (!invocation.flags.has('--cert') || !invocation.flags.has('--cacert')) {
    return fail('Error: context deadline exceeded');
  }
  switch (`${first ?? ''} ${second}`) {
    case 'endpoint health':
      return health(context, isJson);
    case 'endpoint status':
      return status(context, isJson);
    case 'member list':
      return members(context, isJson);
    case 'snapshot save':
      return save(context, file);
    case 'watch ':
      return watch(invocation, context);
    default:
      return fail(`Error: unknown command "${invocation.words.join(' ')}" for "etcdctl"`);
  }
}

function missingFile(invocation: Invocation, context: Surroundings): string | undefined {
  return ['--cacert', '--cert', '--key']
    .map((flag) => invocation.flags.get(flag))
    .find((path) => path !== undefined && context.files.sizeBytes(path) === undefined);
}

function health(context: Surroundings, isJson: boolean): CommandResult {
  const isHealthy = context.etcd.status() !== undefined;
  if (isJson) {
    const answer = [{ endpoint: ENDPOINT, health: isHealthy, took: '2.1ms' }];
    return {
      code: isHealthy ? 0 : 1,
      stdout: Buffer.from(`${JSON.stringify(answer)}\n`),
      stderr: '',
    };
  }
  return isHealthy
    ? succeed(`${ENDPOINT} is healthy: successfully committed proposal: took = 2.1ms\n`)
    : fail(`${ENDPOINT} is unhealthy: failed to commit proposal: context deadline exceeded`);
}

function status(context: Surroundings, isJson: boolean): CommandResult {
  const found = context.etcd.status();
  if (found === undefined) return fail('Error: context deadline exceeded');
  const { memberId } = context.etcd;
  if (!isJson) {
    return succeed(
      `${ENDPOINT}, ${memberId.toString(16)}, ${VERSION}, ${found.sizeBytes} B, true, false, 2, ${found.revision}, ${found.revision}, \n`,
    );
  }
  const header = { cluster_id: 7, member_id: memberId, revision: found.revision, raft_term: 2 };
  return succeed(
    `${JSON.stringify([
      {
        Endpoint: ENDPOINT,
        Status: {
          header,
          version: VERSION,
          dbSize: found.sizeBytes,
          leader: 1,
          raftIndex: found.revision,
          raftTerm: 2,
          raftAppliedIndex: found.revision,
          dbSizeInUse: found.sizeBytes,
        },
      },
    ])}\n`,
  );
}

function members(context: Surroundings, isJson: boolean): CommandResult {
  const id = context.etcd.memberId;
  const name = `etcd-${id - 1}`;
  return isJson
    ? succeed(`${JSON.stringify({ header: { member_id: id }, members: [{ ID: id, name }] })}\n`)
    : succeed(`${id.toString(16)}, started, ${name}, ${ENDPOINT}, ${ENDPOINT}, false\n`);
}

/** What has happened, in one answer; then the real one waits until it is ended, as `timeout` does. */
function watch(invocation: Invocation, context: Surroundings): CommandResult {
  const from = Number(invocation.flags.get('--rev') ?? 1);
  const events = context.etcd.changesSince(from - 1).map(({ revision, isRemoval }) => ({
    ...(isRemoval ? { type: 1 } : {}),
    kv: { mod_revision: revision },
  }));
  const answer = { Header: { revision: context.etcd.status()?.revision ?? 0 }, Events: events };
  const TIMED_OUT = 124;
  return {
    code: TIMED_OUT,
    stdout: Buffer.from(events.length === 0 ? '' : `${JSON.stringify(answer)}\n`),
    stderr: '',
  };
}

function save(context: Surroundings, file: string): CommandResult {
  if (file === '') return fail('Error: snapshot save expects one argument');
  if (!isFolder(context, parentOf(file))) {
    return fail(`Error: could not open ${file}.part: no such file or directory`);
  }
  const content = context.etcd.snapshot();
  if (content === undefined) return fail('Error: rpc error: code = Unavailable');
  context.files.write(file, content);
  return succeed(`Snapshot saved at ${file}\n`, '{"level":"info","msg":"saved"}\n');
}

function snapshotStatus(context: Surroundings, file: string, isJson: boolean): CommandResult {
  const content = context.files.read(file);
  if (content === undefined) return fail(`Error: stat ${file}: no such file or directory`);
  try {
    const { revision } = decodeSnapshot(content);
    const hash = shortHash(content);
    const answer = { hash, revision, totalKey: revision, totalSize: content.length };
    return isJson
      ? succeed(`${JSON.stringify(answer)}\n`)
      : succeed(`${hash.toString(16)}, ${revision}, ${revision}, ${content.length} B\n`);
  } catch (error) {
    return fail(`Error: ${error instanceof Error ? error.message : String(error)}`);
  }
}
