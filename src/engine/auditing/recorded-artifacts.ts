// Which files a run must have, by its journal: those of the steps that have succeeded, and those that undo records
// were put into.

import type { KeptArtifact, Ports } from '../contracts/action.ts';
import type { JournalRecord } from '../contracts/journal-event.ts';
import type { Registry } from '../contracts/registry.ts';
import { foldAll } from '../running/fold.ts';
import type { RunFold } from '../running/fold.ts';
import type { InstanceState, RunState } from '../running/run-state.ts';

/** In the order of the steps' beginnings: of two that name one artifact the later counts, and comes first here. */
export function recordedArtifacts<P extends Ports>(
  state: RunState,
  registry: Registry<P>,
): readonly KeptArtifact[] {
  const begun = state.startOrder.map((id) => state.instances.get(id));
  return begun.toReversed().flatMap((instance) => {
    if (instance?.action === undefined) return [];
    return artifactsOf(instance, registry.find(instance.action));
  });
}

function artifactsOf<P extends Ports>(
  instance: InstanceState,
  action: ReturnType<Registry<P>['find']>,
): readonly KeptArtifact[] {
  if (action === undefined || action.version !== instance.actionVersion) return [];
  const { status, outputs, undoEntries } = instance;
  // Its undo may have removed what it made.
  if (status === 'undoing' || status === 'undone' || status === 'undo-failed') return [];
  try {
    return action.artifacts({ outputs: status === 'succeeded' ? outputs : null, undoEntries });
  } catch {
    // Outputs that were touched by hand and have no such members: then nothing is known of its files.
    return [];
  }
}

interface Known {
  /** Of the last record that it follows from. */
  readonly seq: number;
  readonly byName: ReadonlyMap<string, KeptArtifact>;
}

export interface ArtifactLedger {
  /** A record that has become durable. */
  note(record: JournalRecord): void;
  /** What the newest step that succeeded has said of this artifact. Rejects with what reading the journal rejects with. */
  find(name: string): Promise<KeptArtifact | undefined>;
}

/**
 * Follows a run, and knows at every moment which files it must have. `read` gives the journal from its start: asked
 * when it is first needed, and again when a record was missed because another process had the run meanwhile.
 */
export function createArtifactLedger<P extends Ports>(
  registry: Registry<P>,
  read: () => AsyncIterable<JournalRecord>,
): ArtifactLedger {
  let fold: RunFold | undefined;
  let loading: Promise<RunFold> | undefined;
  let meanwhile: JournalRecord[] = [];
  let known: Known | undefined;

  async function load(): Promise<RunFold> {
    meanwhile = [];
    try {
      const loaded = await foldAll(read());
      fold = loaded;
      for (const record of meanwhile) note(record);
      return loaded;
    } finally {
      loading = undefined;
    }
  }

  function note(record: JournalRecord): void {
    if (loading !== undefined && fold === undefined) meanwhile.push(record);
    if (fold === undefined || record.seq <= fold.state.seq) return;
    if (record.seq === fold.state.seq + 1) fold.add(record);
    else fold = undefined;
  }

  return {
    note,
    async find(name) {
      const current = fold ?? (await (loading ??= load()));
      const { seq } = current.state;
      if (known?.seq !== seq) {
        // Of two steps that name one artifact the later comes first, and counts.
        const recorded = recordedArtifacts(current.state, registry).toReversed();
        known = { seq, byName: new Map(recorded.map((one) => [one.name, one])) };
      }
      return known.byName.get(name);
    },
  };
}
