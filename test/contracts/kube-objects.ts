// What the rules of every KubeClient are tried on: objects of the namespace "work".

import type { JsonObject } from '../../src/engine/index.ts';
import type { KubeObject, ObjectRef } from '../../src/actions/ports.ts';

export const { signal } = new AbortController();

export const ref = (name: string, kind = 'ConfigMap'): ObjectRef => ({
  apiVersion: 'v1',
  kind,
  namespace: 'work',
  name,
});

export const configMap = (
  name: string,
  extra: JsonObject = {},
  data: JsonObject = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'work', ...extra },
  data,
});

export const applyOptions = (force = false) => ({ fieldManager: 'drctl', force, signal });
