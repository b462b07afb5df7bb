// A world of fakes behind the ports, with one fault counter and one picture of its state. Tests give the ports that
// they need; asking for another one fails at once.

import { DrctlError, InvariantError } from '../../src/engine/index.ts';
import type { Json, JsonObject } from '../../src/engine/index.ts';
import type { DrClients, DrReaders, FileReader, KubeObject } from '../../src/actions/ports.ts';
import { FakeArtifacts } from './artifacts-fake.ts';
import { Faults } from './faults.ts';
import { readerOf } from './kube-fake.ts';
import type { FakeKube } from './kube-fake.ts';

export interface WorldOptions {
  readonly kube?: Readonly<Record<string, FakeKube>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Ports of other systems, by the names they have in DrReaders and DrClients. */
  readonly readers?: Partial<DrReaders>;
  readonly clients?: Partial<DrClients>;
  readonly faults?: Faults;
  /** State of the other systems, for comparisons. */
  readonly extraState?: () => Json;
}

export class World {
  readonly faults: Faults;
  readonly artifacts: FakeArtifacts;
  readonly readers: DrReaders;
  readonly clients: DrClients;
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.faults = options.faults ?? new Faults();
    this.artifacts = new FakeArtifacts(this.faults);
    const files = filesOf(options.files ?? {});
    this.readers = {
      kube: async (target) => readerOf(this.kube(target)),
      etcd: absent('etcd'),
      s3: absent('s3'),
      dns: absent('dns'),
      artifacts: this.artifacts.reader(),
      files,
      ...options.readers,
    };
    this.clients = {
      kube: async (target) => this.kube(target),
      etcd: absent('etcd'),
      s3: absent('s3'),
      dns: absent('dns'),
      artifacts: this.artifacts,
      files,
      ...options.clients,
    };
  }

  kube(target: string): FakeKube {
    const found = this.#options.kube?.[target];
    if (found !== undefined) return found;
    throw new DrctlError('TARGET_INVALID', `The test has no cluster "${target}"`);
  }

  /** What counts of the state: all content, but no identities, versions and times, which differ from run to run. */
  content(): JsonObject {
    const clusters = Object.entries(this.#options.kube ?? {}).map(
      ([name, kube]) => [name, contentsOf(kube.objects.all())] as const,
    );
    return {
      clusters: Object.fromEntries(clusters),
      artifacts: [...this.artifacts.files.keys()]
        .filter((name) => !name.startsWith('undo/'))
        .sort(),
      extra: this.#options.extraState?.() ?? null,
    };
  }
}

const identityFields = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
]);

function contentsOf(objects: readonly KubeObject[]): readonly Json[] {
  const uids = new Set(objects.map((object) => object.metadata['uid']));
  return objects.map((object) => contentOf(object, uids));
}

function contentOf(object: KubeObject, uids: ReadonlySet<unknown>): Json {
  const metadata = Object.entries(object.metadata).filter(
    ([key, value]) => !identityFields.has(key) && !isEmpty(value),
  );
  const owners = (object.metadata['ownerReferences'] ?? []) as readonly JsonObject[];
  const ownerReferences = owners.map((owner) => ({
    ...owner,
    uid: uids.has(owner['uid']) ? 'of an object that is there' : 'dangling',
  }));
  return {
    ...object,
    metadata: {
      ...Object.fromEntries(metadata),
      ...(ownerReferences.length === 0 ? {} : { ownerReferences }),
    },
  };
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function absent(port: string): () => Promise<never> {
  return async () => {
    throw new InvariantError(`This test gives no ${port} port`);
  };
}

function filesOf(files: Readonly<Record<string, string>>): FileReader {
  const text = (path: string): string => {
    const found = files[path];
    if (found === undefined) throw new DrctlError('FILE_UNREADABLE', `Cannot read ${path}`);
    return found;
  };
  return {
    readText: async (path) => text(path),
    stat: async (path) => {
      const found = files[path];
      if (found !== undefined) return { sizeBytes: found.length, isFolder: false };
      const isFolder = Object.keys(files).some((name) => name.startsWith(`${path}/`));
      return isFolder ? { sizeBytes: 0, isFolder } : undefined;
    },
    list: async (path) =>
      Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1))
        .sort(),
    async *read(path, range = {}) {
      const chunk = new TextEncoder().encode(text(path)).slice(range.start, range.end);
      yield chunk;
      chunk.fill(0);
    },
  };
}
