// Every kind of call to an API server, for suites that make the connection ill: each prepares what it needs, is made
// once, and says what of it the server must have seen at the end.

import type { KubeClient, KubeObject } from '../../src/actions/ports.ts';
import { timeLimit } from '../../src/adapters/time-limit.ts';
import type { ProxiedCall } from '../fakes/fault-proxy/fault-proxy.ts';

const namespace = 'default';
const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
/** What a command may take. */
const COMMAND_MS = 3_000;
/** More than a pipe holds, with every byte value in it. */
export const EXEC_BYTES = 512 * 1024;
export const execContent = Buffer.from(Array.from({ length: EXEC_BYTES }, (_, at) => at % 251));

export interface CallKind {
  readonly name: string;
  readonly writes: boolean;
  /** What it waits for or reads on may outlive a fault without anybody noticing. */
  readonly survives?: boolean;
  /** Its request, among others that were needed before. */
  isIt(call: ProxiedCall): boolean;
  prepare(kube: KubeClient, name: string): Promise<void>;
  /** Gives what can be compared. */
  make(kube: KubeClient, name: string, signal: AbortSignal): Promise<unknown>;
  /** After a call that succeeded. */
  readonly gives: unknown;
}

const never = new AbortController().signal;

function configMap(name: string, data: Record<string, string>): KubeObject {
  return { ...kind, metadata: { name, namespace, labels: { of: name } }, data };
}

function objectPath(name: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps${name === '' ? '' : `/${name}`}`;
}

async function create(kube: KubeClient, name: string, data: Record<string, string>): Promise<void> {
  await kube.create(configMap(name, data), never);
}

const dataOf = (object: KubeObject | undefined): unknown => object?.['data'];

const isOn = (method: string, isCollection = false): CallKind['isIt'] => {
  return (call) =>
    call.method === method &&
    !call.isUpgrade &&
    (isCollection ? call.path === objectPath('') : call.path.startsWith(objectPath('') + '/'));
};

export const callKinds: readonly CallKind[] = [
  {
    name: 'get',
    writes: false,
    isIt: isOn('GET'),
    prepare: (kube, name) => create(kube, name, { x: '1' }),
    make: async (kube, name, signal) =>
      dataOf(await kube.get({ ...kind, namespace, name }, signal)),
    gives: { x: '1' },
  },
  {
    name: 'list in pages',
    writes: false,
    isIt: (call) => isOn('GET', true)(call) && call.query.get('watch') === null,
    async prepare(kube, name) {
      for (const number of [1, 2, 3, 4, 5]) {
        const object = configMap(`${name}-${number}`, {});
        await kube.create(
          { ...object, metadata: { ...object.metadata, labels: { of: name } } },
          never,
        );
      }
    },
    async make(kube, name, signal) {
      const names: string[] = [];
      const query = { ...kind, namespace, labelSelector: `of=${name}` };
      for await (const one of kube.list(query, signal)) {
        names.push(one.metadata.name.slice(name.length));
      }
      return names;
    },
    gives: ['-1', '-2', '-3', '-4', '-5'],
  },
  {
    name: 'watch',
    writes: false,
    survives: true,
    isIt: (call) => isOn('GET', true)(call) && call.query.get('watch') === 'true',
    prepare: (kube, name) => create(kube, name, { x: '1' }),
    async make(kube, name, signal) {
      const query = { ...kind, namespace, labelSelector: `of=${name}` };
      let changed = false;
      for await (const event of kube.watch(query, signal)) {
        if (event.type === 'synced' && !changed) {
          changed = true;
          const patch = { data: { x: '2' } };
          await kube.patch({ ...kind, namespace, name }, { type: 'merge', patch, signal });
        } else if (event.type !== 'synced' && isChanged(event.object)) return dataOf(event.object);
      }
      return undefined;
    },
    gives: { x: '2' },
  },
  {
    name: 'create',
    writes: true,
    isIt: isOn('POST', true),
    prepare: async () => undefined,
    make: async (kube, name, signal) =>
      dataOf(await kube.create(configMap(name, { x: '1' }), signal)),
    gives: { x: '1' },
  },
  {
    name: 'patch',
    writes: true,
    isIt: isOn('PATCH'),
    prepare: (kube, name) => create(kube, name, { x: '1' }),
    make: async (kube, name, signal) =>
      dataOf(
        await kube.patch(
          { ...kind, namespace, name },
          { type: 'merge', patch: { data: { y: '2' } }, signal },
        ),
      ),
    gives: { x: '1', y: '2' },
  },
  {
    name: 'server-side apply',
    writes: true,
    isIt: isOn('PATCH'),
    prepare: async () => undefined,
    make: async (kube, name, signal) =>
      dataOf(
        await kube.apply(configMap(name, { x: '1' }), {
          fieldManager: 'drctl',
          force: false,
          signal,
        }),
      ),
    gives: { x: '1' },
  },
  {
    name: 'delete',
    writes: true,
    isIt: isOn('DELETE'),
    prepare: (kube, name) => create(kube, name, {}),
    async make(kube, name, signal) {
      await kube.delete({ ...kind, namespace, name }, { signal });
      return kube.get({ ...kind, namespace, name }, signal);
    },
    gives: undefined,
  },
  {
    name: 'exec',
    writes: true,
    isIt: (call) => call.isUpgrade,
    prepare: async () => undefined,
    async make(kube, _name, signal) {
      // As all callers do, it gives the command a time of its own.
      const limit = timeLimit(COMMAND_MS, signal);
      try {
        const run = { namespace, pod: 'shell', command: ['cat'], signal: limit.signal };
        const session = await kube.exec(run);
        const chunks: Uint8Array[] = [];
        for await (const chunk of session.stdout) chunks.push(Uint8Array.from(chunk));
        const { code } = await session.exit;
        return { code, whole: Buffer.concat(chunks).equals(execContent) };
      } finally {
        limit.clear();
      }
    },
    gives: { code: 0, whole: true },
  },
];

function isChanged(object: KubeObject): boolean {
  return (dataOf(object) as { x?: string } | undefined)?.x === '2';
}
