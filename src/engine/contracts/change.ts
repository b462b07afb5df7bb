// What a step would do, as data. Everything a person is shown before saying yes comes from here.

import type { Json } from './json.ts';

export type Risk = 'safe' | 'disruptive' | 'destructive';

/** What a change touches, in the words of the system that owns it. */
export interface ChangeTarget {
  /** The runbook's name of the connection: "source". */
  readonly target: string;
  /** "NodePool clusters/np-1", "s3://bucket/key", "A api.example.com". */
  readonly object: string;
}

/** One field, before and after. Absent means: the field is not there. `path` is dotted: "spec.replicas". */
export interface FieldChange {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

export type Change =
  | { readonly kind: 'none'; readonly because: string }
  | {
      readonly kind: 'create' | 'update' | 'delete';
      readonly on: ChangeTarget;
      readonly fields: readonly FieldChange[];
      readonly risk: Risk;
    }
  /** Work that is not a field diff: an etcd snapshot, an upload, a command. */
  | {
      readonly kind: 'run';
      readonly on: ChangeTarget;
      readonly summary: string;
      readonly risk: Risk;
    }
  /** Not known until these steps have ended; none are named: until its turn comes. */
  | { readonly kind: 'later'; readonly waitsFor: readonly string[] };
