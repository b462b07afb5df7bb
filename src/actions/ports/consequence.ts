// What a step will leave in the world, as far as it can be told beforehand: the steps after it are planned on that.

import type { Json } from '../../engine/index.ts';
import type { KubeObject, ObjectRef } from './kube.ts';

/** One field of an object. Without `after`: it goes. */
export interface ForeseenField {
  readonly path: readonly string[];
  readonly after?: Json;
}

export type KubeConsequence =
  /** Made, as far as its maker knows it: without what the server adds. */
  | { readonly kind: 'made'; readonly target: string; readonly object: KubeObject }
  | {
      readonly kind: 'changed';
      readonly target: string;
      readonly ref: ObjectRef;
      readonly fields: readonly ForeseenField[];
    }
  /** A Namespace takes all that is in it along. */
  | { readonly kind: 'gone'; readonly target: string; readonly ref: ObjectRef };

export interface ArtifactConsequence {
  readonly kind: 'artifact';
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Consequence = KubeConsequence | ArtifactConsequence;
