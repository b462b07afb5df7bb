// What undoing a step comes down to: the objects that are put back, or the runbook's own steps. Names only, and counts of
// replicas: what else was recorded may be secret.

import type { JsonObject, Json, RunState, Runbook, UndoProspect } from '../../engine/index.ts';

const maxShownObjects = 5;

export interface UndoDetails extends UndoProspect {
  /** The runbook's own steps. */
  readonly steps?: readonly OwnStep[];
  /** What the action recorded: "Deployment hypershift/operator: replicas back to 2". */
  readonly objects?: readonly string[];
}

interface OwnStep {
  readonly id: string;
  readonly title: string;
  readonly action: string;
  /** What a person is asked to do. */
  readonly asks?: string;
}

export function undoDetails(
  prospect: UndoProspect,
  { runbook, state }: { readonly runbook: Runbook; readonly state: RunState },
): UndoDetails {
  const instance = state.instances.get(prospect.instance);
  if (instance === undefined) return prospect;
  if (prospect.how === 'explicit') {
    const own = runbook.rollback.get(instance.step) ?? [];
    return { ...prospect, steps: own.map(ownStep) };
  }
  if (prospect.how !== 'undo') return prospect;
  const objects = [...instance.undoEntries].flatMap(([key, value]) => objectText(key, value));
  return { ...prospect, objects };
}

/** Lines that go below the step's own, without indentation. */
export function detailLines({ steps = [], objects = [] }: UndoDetails): readonly string[] {
  const width = Math.max(0, ...steps.map(({ id }) => id.length));
  const more = objects.length - maxShownObjects;
  return [
    ...steps.map(({ id, title, action, asks }) => {
      const named = title === id ? '' : `  ${title}`;
      const asking = asks === undefined ? '' : ` asks a person ${asks}`;
      return `${id.padEnd(width)}${named}  [${action}]${asking}`;
    }),
    ...objects.slice(0, maxShownObjects),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

function ownStep({
  id,
  title,
  action,
  with: params,
}: Runbook['phases'][number]['steps'][number]): OwnStep {
  if (action !== 'flow.approve') return { id, title, action };
  const asks = params['typed'] === undefined ? 'to say yes' : 'to type a name';
  return { id, title, action, asks };
}

/** Empty for what an action recorded for itself only. */
function objectText(key: string, value: Json): readonly string[] {
  const object = /^([A-Z]\w*)(?:\.\S+)? (\S+)$/.exec(key);
  if (object !== null) {
    const before = isObject(value) && 'after' in value ? value['before'] : undefined;
    const back = typeof before === 'number' ? `: replicas back to ${before}` : '';
    return [`${object[1]} ${object[2]}${back}`];
  }
  const record = /^record\/(.+)$/.exec(key);
  if (record !== null) return [`DNS record ${record[1]}`];
  if (key !== 'upload' || !isObject(value)) return [];
  const { bucket, key: path } = value;
  return typeof bucket === 'string' && typeof path === 'string' ? [`s3://${bucket}/${path}`] : [];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
