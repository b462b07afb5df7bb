// The shape of Kubernetes objects as the lab's controllers see them: loose where they do not look.
// Nothing here is validated; the API server did that.

export type JsonMap = Record<string, unknown>;

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: string;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: JsonMap;
  readonly status?: JsonMap;
  /** Secrets (base64) and ConfigMaps. */
  readonly data?: Readonly<Record<string, string>>;
  /** Secrets. */
  readonly type?: string;
  /** Storage classes. */
  readonly provisioner?: string;
  readonly volumeBindingMode?: string;
}

/** How a kind is addressed. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** "namespace/name", or "name" for cluster-scoped kinds: the key of caches and messages. */
export function keyOf(metadata: { readonly namespace?: string; readonly name: string }): string {
  return metadata.namespace === undefined
    ? metadata.name
    : `${metadata.namespace}/${metadata.name}`;
}

/** The value at a path of keys, or undefined as soon as one of them is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(
  value: unknown,
  ...path: readonly (string | number)[]
): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function conditionsOf(object: KubeObject | undefined): readonly Condition[] {
  return listAt(object, 'status', 'conditions') as readonly Condition[];
}

export function isConditionTrue(object: KubeObject | undefined, type: string): boolean {
  return conditionsOf(object).some((entry) => entry.type === type && entry.status === 'True');
}

/** An owner reference that makes `owner` the controller of the object that carries it. */
export function controlledBy(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(
    (reference) => reference.controller === true && reference.uid === owner.metadata.uid,
  );
}

/** Does a label set satisfy `matchLabels`? An empty selector matches nothing here: no controller of the lab uses one. */
export function matchesLabels(
  labels: Readonly<Record<string, string>> | undefined,
  matchLabels: unknown,
): boolean {
  const wanted = Object.entries((matchLabels ?? {}) as Record<string, string>);
  return wanted.length > 0 && wanted.every(([name, value]) => labels?.[name] === value);
}
