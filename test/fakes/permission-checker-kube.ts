// The Kubernetes side of the permission checker: each call with what an API server would ask RBAC about it.

import type { KubernetesPermission, Permission } from '../../src/engine/index.ts';
import type {
  EtcdClient,
  EtcdMember,
  EtcdReader,
  KubeClient,
  KubeKind,
  KubeObject,
  KubeQuery,
  KubeReader,
  ObjectRef,
  PatchOptions,
} from '../../src/actions/ports.ts';

/** Throws CLIENT_DENIED for what was not declared. */
export type Require = (...needed: readonly Permission[]) => void;

function onKind(
  target: string,
  verb: string,
  kind: KubeKind & { readonly namespace?: string; readonly name?: string },
): KubernetesPermission {
  const { apiVersion, namespace, name } = kind;
  return {
    system: 'kubernetes',
    target,
    verb,
    apiVersion,
    kind: kind.kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  const { name, namespace } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(typeof namespace === 'string' ? { namespace } : {}),
  };
}

/** A query for one name is asked about as that name. */
function named({ fieldSelector, ...query }: KubeQuery): KubeQuery & { readonly name?: string } {
  const name = /^metadata\.name=([^,]+)$/.exec(fieldSelector ?? '')?.[1];
  return name === undefined ? query : { ...query, name };
}

export function kubeReader(kube: KubeReader, target: string, require: Require): KubeReader {
  return {
    get: async (ref, signal) => {
      require(onKind(target, 'get', ref));
      return kube.get(ref, signal);
    },
    async *list(query, signal) {
      require(onKind(target, 'list', named(query)));
      yield* kube.list(query, signal);
    },
    async *watch(query, signal) {
      require(onKind(target, 'list', named(query)), onKind(target, 'watch', named(query)));
      yield* kube.watch(query, signal);
    },
    preview: async (desired, options) => {
      require(...applying(target, desired, await isThere(kube, desired)));
      return kube.preview(desired, options);
    },
    previewCreate: async (object, signal) => {
      require(onKind(target, 'create', refOf(object)), ...owning(target, object));
      return kube.previewCreate(object, signal);
    },
    previewPatch: async (ref, options) => {
      require(...patching(target, ref, options));
      return kube.previewPatch(ref, options);
    },
    // Every authenticated caller may ask these (system:discovery, system:basic-user).
    resource: async (kind, signal) => kube.resource(kind, signal),
    resources: async (signal) => kube.resources(signal),
    may: async (query, signal) => kube.may(query, signal),
    version: async (signal) => kube.version(signal),
    raw: async (path, signal) => {
      require({ system: 'kubernetes', target, verb: 'get', path });
      return kube.raw(path, signal);
    },
  };
}

/** Beside the calls that are counted: whoever prepares the world must not be seen. */
async function isThere(kube: KubeReader, desired: KubeObject): Promise<boolean> {
  const { signal } = new AbortController();
  try {
    return (await kube.get(refOf(desired), signal)) !== undefined;
  } catch {
    return false;
  }
}

function applying(target: string, desired: KubeObject, exists: boolean) {
  const ref = refOf(desired);
  const patch = onKind(target, 'patch', ref);
  const create = { ...onKind(target, 'create', ref), byName: true as const };
  return exists ? [patch] : [patch, create];
}

function owning(target: string, object: KubeObject): readonly Permission[] {
  const owners = (object.metadata['ownerReferences'] ?? []) as readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly blockOwnerDeletion?: boolean;
  }[];
  const { namespace } = refOf(object);
  return owners
    .filter(({ blockOwnerDeletion }) => blockOwnerDeletion === true)
    .map(({ apiVersion, kind, name }) => ({
      ...onKind(target, 'update', {
        apiVersion,
        kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      }),
      subresource: 'finalizers',
    }));
}

function patching(
  target: string,
  ref: ObjectRef,
  { subresource, patch }: PatchOptions,
): readonly Permission[] {
  const on = onKind(target, 'patch', ref);
  const needed = subresource === undefined ? on : { ...on, subresource };
  const isOfOwners = JSON.stringify(patch).includes('"ownerReferences"');
  return isOfOwners ? [needed, onKind(target, 'delete', ref)] : [needed];
}

export function kubeClient(kube: KubeClient, target: string, require: Require): KubeClient {
  return {
    ...kubeReader(kube, target, require),
    create: async (object, signal) => {
      require(onKind(target, 'create', refOf(object)), ...owning(target, object));
      return kube.create(object, signal);
    },
    apply: async (desired, options) => {
      require(...applying(target, desired, await isThere(kube, desired)));
      return kube.apply(desired, options);
    },
    patch: async (ref, options) => {
      require(...patching(target, ref, options));
      return kube.patch(ref, options);
    },
    delete: async (ref, options) => {
      require(onKind(target, 'delete', ref));
      return kube.delete(ref, options);
    },
    exec: async (request) => {
      const { namespace, pod } = request;
      require(...executing(target, { namespace, pod }));
      return kube.exec(request);
    },
  };
}

function executing(
  target: string,
  { namespace, pod }: Pick<EtcdMember, 'namespace' | 'pod'>,
): readonly Permission[] {
  const on = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod };
  return ['get', 'create'].map((verb) => ({ ...onKind(target, verb, on), subresource: 'exec' }));
}

export function etcdReader(etcd: EtcdReader, target: string, require: Require): EtcdReader {
  return {
    status: async (member, signal) => {
      require(...executing(target, member));
      return etcd.status(member, signal);
    },
    freeBytes: async (member, path, signal) => {
      require(...executing(target, member));
      return etcd.freeBytes(member, path, signal);
    },
    changesSince: async (member, revisions, signal) => {
      require(...executing(target, member));
      return etcd.changesSince(member, revisions, signal);
    },
    fileSizeBytes: async (member, path, signal) => {
      require(...executing(target, member));
      return etcd.fileSizeBytes(member, path, signal);
    },
  };
}

export function etcdClient(etcd: EtcdClient, target: string, require: Require): EtcdClient {
  return {
    ...etcdReader(etcd, target, require),
    saveSnapshot: async (member, path, signal) => {
      require(...executing(target, member));
      return etcd.saveSnapshot(member, path, signal);
    },
    async *readFile(member, path, signal) {
      require(...executing(target, member));
      yield* etcd.readFile(member, path, signal);
    },
    removeFile: async (member, path, signal) => {
      require(...executing(target, member));
      return etcd.removeFile(member, path, signal);
    },
  };
}
