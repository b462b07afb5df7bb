// The forms in which the fake API server answers.

import { DrctlError } from '../../src/engine/index.ts';
import type { KubeObject, KubeResource, ObjectRef } from '../../src/actions/ports.ts';
import { joinApiVersion, splitApiVersion } from './kube-fake-kinds.ts';
import type { FakeKind } from './kube-fake-kinds.ts';

export interface ExecAnswer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

export function inVersion(object: KubeObject, asked: string): KubeObject {
  const { version } = splitApiVersion(asked);
  const copy = structuredClone(object);
  return version === '*' ? copy : { ...copy, apiVersion: asked };
}

export function resourceOf(kind: FakeKind, asked?: string): KubeResource {
  const version = asked === undefined ? '*' : splitApiVersion(asked).version;
  return {
    apiVersion: joinApiVersion(kind.group, version === '*' ? (kind.versions[0] ?? 'v1') : version),
    kind: kind.kind,
    plural: kind.plural,
    namespaced: kind.namespaced,
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  };
}

export function notFound(ref: ObjectRef): DrctlError {
  return new DrctlError('CLIENT_NOT_FOUND', `${ref.kind} ${ref.name} does not exist`);
}
