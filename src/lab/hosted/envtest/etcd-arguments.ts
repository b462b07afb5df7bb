// A command line of etcdctl as the pod sees it, in this machine's terms: paths are the pod's, and port 2379 of localhost is the
// pod's member. Only what is listed here is passed on: whoever may exec into a pod of the lab must not thereby reach this machine
// or what else listens on it.

export interface Surroundings {
  /** Where a path of the container is on this machine; undefined: nowhere. */
  hostPath(path: string): string | undefined;
  /** "https://127.0.0.1:34567" */
  readonly endpoint: string;
}

export interface Translation {
  readonly args: readonly string[];
  /** The container's own names in what the tool says. */
  back(text: string): string;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** "lock", "elect" and "watch … -- COMMAND" would run a command on this machine; others reach elsewhere. */
const COMMANDS = words(
  'version endpoint member snapshot alarm get put del watch lease compaction defrag',
);
const PATH_FLAGS = words('--cacert --cert --key --data-dir');
const VALUE_FLAGS = words(
  '-w --write-out --command-timeout --dial-timeout --limit --rev --order --sort-by --consistency --lease --name',
);
const SWITCHES = words(
  '--prefix --from-key --keys-only --count-only --print-value-only --prev-kv --hex --cluster --physical -h --help',
);
const ENDPOINTS = '--endpoints';
const OWN_ENDPOINT = 'https://localhost:2379';
const OWN_ENDPOINTS = words(
  'https://localhost:2379 https://127.0.0.1:2379 localhost:2379 127.0.0.1:2379',
);

/** A text: why the command line is refused, in the tool's own words. */
export function translateArguments(
  args: readonly string[],
  surroundings: Surroundings,
): Translation | string {
  const names: Name[] = [[surroundings.endpoint, OWN_ENDPOINT]];
  const line = readFlags(args, surroundings, names);
  if (typeof line === 'string') return line;
  const [command = '', ...rest] = line.operands;
  if (!COMMANDS.has(command)) {
    return `Error: of etcdctl only ${[...COMMANDS].join(', ')} are carried out here`;
  }
  const translated: string[] = [];
  for (const operand of rest) {
    // Keys begin with a slash too: of the commands only "snapshot" names files.
    const isFile = command === 'snapshot' && operand.includes('/');
    const found = isFile ? pathOf(operand, surroundings) : operand;
    if (typeof found !== 'string') return found.refused;
    if (isFile) names.push([found, operand]);
    translated.push(found);
  }
  return {
    // The endpoint always: without it etcdctl takes this machine's own port 2379. Flags last: many are a subcommand's own.
    args: [`${ENDPOINTS}=${surroundings.endpoint}`, command, ...translated, ...line.flags],
    back: (text) => names.reduce((said, [host, name]) => said.replaceAll(host, name), text),
  };
}

/** On this machine, and in the container. */
type Name = readonly [string, string];

/** `names` gets the paths. A text: why the line is refused. */
function readFlags(
  args: readonly string[],
  surroundings: Surroundings,
  names: Name[],
): { readonly flags: readonly string[]; readonly operands: readonly string[] } | string {
  const flags: string[] = [];
  const operands: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (!arg.startsWith('-')) {
      operands.push(arg);
      continue;
    }
    const equals = arg.indexOf('=');
    const flag = equals === -1 ? arg : arg.slice(0, equals);
    if (SWITCHES.has(flag)) {
      flags.push(arg);
      continue;
    }
    if (equals === -1) index += 1;
    const value = equals === -1 ? (args[index] ?? '') : arg.slice(equals + 1);
    const found = flagValue(flag, value, surroundings);
    if (typeof found !== 'string') return found.refused;
    if (PATH_FLAGS.has(flag)) names.push([found, value]);
    if (flag !== ENDPOINTS) flags.push(flag, found);
  }
  return { flags, operands };
}

interface Refusal {
  readonly refused: string;
}

function flagValue(flag: string, value: string, surroundings: Surroundings): string | Refusal {
  if (PATH_FLAGS.has(flag)) return pathOf(value, surroundings);
  if (VALUE_FLAGS.has(flag)) return value;
  if (flag !== ENDPOINTS) return { refused: `Error: unknown flag here: ${flag}` };
  return value.split(',').every((endpoint) => OWN_ENDPOINTS.has(endpoint))
    ? value
    : { refused: `Error: dial tcp: lookup ${value}: no such host` };
}

function pathOf(path: string, { hostPath }: Surroundings): string | Refusal {
  if (path.split('/').includes('..')) return { refused: `Error: ${path}: no way up is taken here` };
  const host = path.startsWith('/') ? hostPath(path) : undefined;
  return host ?? { refused: `Error: open ${path}: no such file or directory` };
}
