// How a run is shown while it goes on. A view only listens to events; it never decides anything.

import type { RunEventSink } from '../../engine/index.ts';

export interface RunView {
  readonly emit: RunEventSink;
  /** Steps aside for a question and comes back. */
  aside<T>(ask: () => Promise<T>): Promise<T>;
  /** Everything has been shown when it resolves. */
  end(): Promise<void>;
}

/** What a run will go through, as far as it is known: phases and their steps, or undos. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly items: readonly SectionItem[];
}

export interface SectionItem {
  readonly id: string;
  readonly title: string;
  /** Of a forEach step that was expanded already: the instances that have not ended. */
  readonly instances?: readonly string[] | undefined;
}
