/*
 * Which resources are served right now: the built-in ones and those of established CRDs. Discovery,
 * routing and the garbage collector all ask here, so they can never disagree on what exists.
 */
import { builtinResources } from './builtin-resources.ts';
import type { ResourceType } from './resource-type.ts';

/** The served resources of one API server. */
export class ResourceRegistry {
  readonly #custom = new Map<string, readonly ResourceType[]>();
  #all: readonly ResourceType[] = builtinResources;

  /** Every served resource, built-in ones first. */
  all(): readonly ResourceType[] {
    return this.#all;
  }

  /** The resource behind a path. */
  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#all.find(
      (type) => type.plural === plural && type.group === group && type.version === version,
    );
  }

  /** The resource of a kind; without a version in the one it is stored in, or else the first that is served. */
  findKind(group: string, kind: string, version?: string): ResourceType | undefined {
    const found = this.#all.filter((type) => type.kind === kind && type.group === group);
    if (version !== undefined) return found.find((type) => type.version === version);
    return found.find((type) => type.version === type.storageVersion) ?? found[0];
  }

  /** One type per stored resource: the one it is stored in, or the first that is served. */
  stored(): readonly ResourceType[] {
    const byKey = new Map<string, ResourceType>();
    for (const type of this.#all) {
      if (type.review === true) continue;
      if (!byKey.has(type.storageKey) || type.version === type.storageVersion) {
        if (type.group === 'events.k8s.io') continue;
        byKey.set(type.storageKey, type);
      }
    }
    return [...byKey.values()];
  }

  /** Group versions by group, the preferred version first. */
  groups(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, string[]>();
    for (const { group, version } of this.#all) {
      const versions = groups.get(group) ?? [];
      if (!versions.includes(version)) versions.push(version);
      groups.set(group, versions);
    }
    for (const versions of groups.values()) versions.sort(byVersionPriority);
    return groups;
  }

  /** Serves a CRD's resources, replacing what the CRD of that name served before. */
  setCustom(crdName: string, types: readonly ResourceType[]): void {
    this.#custom.set(crdName, types);
    this.#rebuild();
  }

  /** Stops serving a CRD's resources. */
  removeCustom(crdName: string): void {
    this.#custom.delete(crdName);
    this.#rebuild();
  }

  /** Forgets all custom resources. */
  clearCustom(): void {
    this.#custom.clear();
    this.#rebuild();
  }

  #rebuild(): void {
    this.#all = [...builtinResources, ...[...this.#custom.values()].flat()];
  }
}

/** GA before beta before alpha, higher numbers first (k8s.io/apimachinery/pkg/version CompareKubeAwareVersionStrings). */
export function byVersionPriority(left: string, right: string): number {
  const a = versionParts(left);
  const b = versionParts(right);
  return b.stability - a.stability || b.major - a.major || b.minor - a.minor;
}

function versionParts(version: string): { stability: number; major: number; minor: number } {
  const parsed = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (parsed === null) return { stability: 0, major: 0, minor: 0 };
  const stability = parsed[2] === undefined ? 3 : parsed[2] === 'beta' ? 2 : 1;
  return { stability, major: Number(parsed[1]), minor: Number(parsed[3] ?? 0) };
}
