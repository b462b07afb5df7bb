// Runbooks for tests, from their text, with the built-in actions.

import { builtinActions } from '../../src/actions/index.ts';
import type { DrPorts } from '../../src/actions/index.ts';
import { createRegistry, loadRunbookFromSources } from '../../src/engine/index.ts';
import type { Runbook } from '../../src/engine/index.ts';

export const registry = createRegistry<DrPorts>(builtinActions);

export function load(text: string): Promise<Runbook> {
  return loadRunbookFromSources([{ path: 'my.yaml', text }], registry);
}

/** A runbook in which no rule of the linter finds anything, and whose every part can be replaced. */
export const tidy = `apiVersion: drctl.dev/v1
kind: Runbook
metadata: { name: small, version: 1.0.0 }
env:
  KUBECONFIG_FILE: { type: file, required: true }
  NAME: { default: one }
vars:
  object: "{{env.NAME}}-object"
targets:
  here: { type: kubernetes, kubeconfig: "{{env.KUBECONFIG_FILE}}" }
preconditions:
  - id: is-there
    action: k8s.assert
    with: { target: here, apiVersion: v1, kind: Namespace, name: default, that: object != null }
    message: There is no namespace
    remedy: kubectl create namespace default
phases:
  - id: build
    title: Build
    steps:
      - id: first
        title: Look
        action: k8s.get
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: "{{vars.object}}" }
      - id: second
        title: Change it
        needs: [first]
        action: k8s.patch
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: a, patch: { data: { a: b } } }
      - id: third
        title: Wait for it
        needs: [first, second]
        timeout: 5m
        action: k8s.wait
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: a, that: object != null }
  - id: clean
    title: Clean
    pointOfNoReturn: true
    approval: required
    guards:
      - id: still-there
        action: k8s.assert
        with: { target: here, apiVersion: v1, kind: Namespace, name: default, that: object != null }
        message: There is no namespace
    steps:
      - id: remove
        title: Remove it
        action: k8s.delete
        with: { target: here, apiVersion: v1, kind: ConfigMap, namespace: default, name: old }
`;

/** The same with one text in place of another, which must be there. */
export function tidyWith(text: string, instead: string): string {
  if (!tidy.includes(text)) throw new Error(`There is no "${text}" in the runbook`);
  return tidy.replace(text, () => instead);
}
