// What undoing a step comes down to: the objects that are put back and to what, or the runbook's own steps. What belongs
// to Secrets is in artifacts, and is not shown.

import { counted } from '../../engine/index.ts';
import type { RunState, Runbook, UndoProspect } from '../../engine/index.ts';
import { beforeOf } from '../before.ts';
import type { Before } from '../before.ts';

const maxShownObjects = 5;

export interface UndoDetails extends UndoProspect {
  /** The runbook's own steps. */
  readonly steps?: readonly OwnStep[];
  /** What the action recorded: "Deployment hypershift/operator: replicas back to 2". */
  readonly objects?: readonly string[];
  /** The same for machines. */
  readonly before?: readonly Before[];
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
    return { ...prospect, steps: own.map(ownStep), before: beforeOf(instance) };
  }
  const before = beforeOf(instance).map((one) => keptOrNot(one, state));
  if (prospect.how !== 'undo') return before.length === 0 ? prospect : { ...prospect, before };
  return { ...prospect, objects: before.map(objectText), before };
}

/** A run that was cut off before it made what keeps an object: nobody is told of a file that is not there. */
function keptOrNot({ keptBy, ...before }: Before, { instances }: RunState): Before {
  if (keptBy === undefined) return before;
  const isMade = [...instances.values()].some(({ status, outputs }) => {
    const { bucket, folder } = outputs ?? {};
    if (status !== 'succeeded' || typeof bucket !== 'string' || typeof folder !== 'string') {
      return false;
    }
    return keptBy.startsWith(`s3://${bucket}/${folder}/`);
  });
  return isMade ? { ...before, keptBy } : { ...before, unless: keptBy };
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
    ...(more > 0 ? [`and ${counted(more, 'more object')}`] : []),
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

/** What keeps everything that the step made, so that its undo leaves it; undefined where it leaves nothing or only some. */
export function keeperOf({ how, before = [] }: UndoDetails): string | undefined {
  const [first] = before;
  const isKept = how === 'undo' && before.every(({ keptBy }) => keptBy !== undefined);
  return isKept ? first?.keptBy : undefined;
}

function objectText({ object, was, keptBy, unless }: Before): string {
  if (unless !== undefined)
    return `${object}: was ${was}; stays only if there is ${unless} by then`;
  if (keptBy !== undefined) return `${object}: stays while ${keptBy} is there`;
  if (was === undefined) return object;
  const replicas = /^(\d+) replicas?$/.exec(was);
  return replicas === null ? `${object}: was ${was}` : `${object}: replicas back to ${replicas[1]}`;
}
