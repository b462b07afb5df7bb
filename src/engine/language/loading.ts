// What the loader's checks share: the problems found so far, and the names that a text may refer to.

import type { Action, Ports } from '../contracts/action.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type { Problem } from '../contracts/problem.ts';
import type { Registry } from '../contracts/registry.ts';
import type { DocumentPath, SourceDocument } from './source-document.ts';

/** One file as it is used at one place: an included file has its steps under a prefix and parameters of its own. */
export interface FileScope {
  readonly document: SourceDocument;
  /** "" for the runbook, else "pause." or "outer.inner." */
  readonly prefix: string;
  /** Undefined in a runbook. What the include gives for each parameter, names already those of the runbook. */
  readonly params: ReadonlyMap<string, Json> | undefined;
}

export interface Place {
  readonly scope: FileScope;
  readonly path: DocumentPath;
}

/** A step as it is written, at its place, before anything is filled in. */
export interface StepSource extends Place {
  /** With the prefix. */
  readonly id: string;
  readonly phase: number;
  /** As written. */
  readonly raw: JsonObject;
  /** With the names of an included file turned into those of the runbook. */
  readonly resolved: JsonObject;
  /** What the include it came by waits for, already with prefixes. */
  readonly includeNeeds: readonly string[];
}

export interface Loading<P extends Ports> {
  readonly registry: Registry<P>;
  readonly problems: Problem[];
  readonly root: FileScope;
  readonly env: ReadonlySet<string>;
  readonly vars: ReadonlySet<string>;
  /** Name → type. */
  readonly targets: ReadonlyMap<string, string>;
  readonly phases: readonly { readonly id: string; readonly steps: readonly StepSource[] }[];
  readonly steps: ReadonlyMap<string, StepSource>;
}

export function actionOf<P extends Ports>(
  loading: Loading<P>,
  raw: JsonObject,
): Action<P> | undefined {
  return typeof raw['action'] === 'string' ? loading.registry.find(raw['action']) : undefined;
}

export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function textsOf(value: Json | undefined): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}
