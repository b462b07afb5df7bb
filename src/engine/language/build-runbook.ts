// A document without errors → the Runbook, with every default filled in, so that nothing downstream asks "or what?".

import type { Ports } from '../contracts/action.ts';
import { parseDuration } from '../contracts/duration.ts';
import type { Json, JsonObject } from '../contracts/json.ts';
import type {
  Check,
  Confirmation,
  EnvDeclaration,
  Impact,
  LockDeclaration,
  Outage,
  Phase,
  RetryPolicy,
  Runbook,
  Step,
  TargetDeclaration,
} from '../contracts/runbook.ts';
import { checkPathKey } from './check-checks.ts';
import type { CheckReferences } from './check-checks.ts';
import type { Needs } from './check-steps.ts';
import { listOf, objectOf, textsOf } from './loading.ts';
import type { Loading, Place, StepSource } from './loading.ts';
import type { DocumentPath } from './source-document.ts';

const defaultStepTimeout = '10m';
const defaultCheckTimeout = '2m';

export interface CheckedParts {
  readonly vars: ReadonlyMap<string, Json>;
  readonly needs: Needs;
  readonly checkReferences: CheckReferences;
}

export type RunbookContent = Omit<Runbook, 'sources' | 'digest' | 'warnings'>;

/** The document has passed every check, so its values have the types that the schema asks for. */
export function buildRunbook<P extends Ports>(
  root: JsonObject,
  loading: Loading<P>,
  parts: CheckedParts,
): RunbookContent {
  const metadata = objectOf(root['metadata']);
  const at = (path: DocumentPath): Place => ({ scope: loading.root, path });
  const phases = listOf(root['phases']).map((phase, index) =>
    buildPhase(objectOf(phase), {
      place: at(['phases', index]),
      steps: loading.phases[index]?.steps ?? [],
      parts,
    }),
  );
  return {
    name: textOr(metadata['name'], ''),
    version: textOr(metadata['version'], ''),
    description: text(metadata['description']),
    env: mapEntries(root['env'], (value, name) => buildEnv(objectOf(value), at(['env', name]))),
    vars: parts.vars,
    targets: mapEntries(root['targets'], (value, name) =>
      buildTarget(objectOf(value), at(['targets', name])),
    ),
    locks: listOf(root['locks']).map((lock) => lock as unknown as LockDeclaration),
    outages: listOf(root['outages']).map((outage) => outage as unknown as Outage),
    impact: listOf(root['impact']).map((impact) => impact as unknown as Impact),
    preconditions: listOf(root['preconditions']).map((check, index) =>
      buildCheck(objectOf(check), at(['preconditions', index]), parts),
    ),
    phases,
    rollback: mapEntries(root['rollback'], (steps, id) =>
      listOf(steps).map((step, index) =>
        buildUndoStep(objectOf(step), {
          place: at(['rollback', id, index]),
          undone: id,
          number: index + 1,
          phase: loading.phases[loading.steps.get(id)?.phase ?? 0]?.id ?? '',
        }),
      ),
    ),
  };
}

function buildPhase(
  raw: JsonObject,
  context: {
    readonly place: Place;
    readonly steps: readonly StepSource[];
    readonly parts: CheckedParts;
  },
): Phase {
  const { place, steps, parts } = context;
  const id = textOr(raw['id'], '');
  return {
    id,
    title: textOr(raw['title'], id),
    pointOfNoReturn: raw['pointOfNoReturn'] === true,
    approval: asksPeople(raw) ? 'required' : 'none',
    approvals: numberOr(raw['approvals'], 1),
    confirm: buildConfirmation(raw['confirm']),
    guards: listOf(raw['guards']).map((guard, index) =>
      buildCheck(objectOf(guard), { ...place, path: [...place.path, 'guards', index] }, parts),
    ),
    steps: steps.map((step) => buildStep(step, id, parts.needs.get(step.id) ?? [])),
    at: rangeOf(place),
  };
}

/** Who wants several people, or has words for the question, wants it to be asked. */
function asksPeople({ approval, approvals, confirm }: JsonObject): boolean {
  return approval === 'required' || approvals !== undefined || confirm !== undefined;
}

function buildStep(source: StepSource, phase: string, needs: readonly string[]): Step {
  const { resolved: raw, id } = source;
  return {
    ...commonOf(raw, source),
    id,
    title: textOr(raw['title'], id),
    phase,
    needs,
    when: text(raw['when']),
    whenNot: text(raw['whenNot']),
    forEach: text(raw['forEach']),
    key: text(raw['key']),
    onFailure:
      raw['onFailure'] === 'continue' || raw['onFailure'] === 'rollback'
        ? raw['onFailure']
        : 'stop',
    deferUndo: raw['deferUndo'] === true,
    whenUnavailable: text(raw['whenUnavailable']),
  };
}

function buildUndoStep(
  raw: JsonObject,
  context: {
    readonly place: Place;
    readonly undone: string;
    readonly number: number;
    readonly phase: string;
  },
): Step {
  const { place, undone, number, phase } = context;
  const id = textOr(raw['id'], `${undone}-undo-${number}`);
  return {
    ...commonOf(raw, place),
    id,
    title: textOr(raw['title'], id),
    phase,
    needs: [],
    when: text(raw['when']),
    whenNot: text(raw['whenNot']),
    forEach: undefined,
    key: undefined,
    onFailure: 'stop',
    deferUndo: false,
    whenUnavailable: undefined,
  };
}

function commonOf(
  raw: JsonObject,
  place: Place,
): Pick<Step, 'action' | 'with' | 'timeoutMs' | 'timeoutIsDefault' | 'retry' | 'at'> {
  return {
    action: textOr(raw['action'], ''),
    with: objectOf(raw['with']),
    timeoutMs: parseDuration(textOr(raw['timeout'], defaultStepTimeout)),
    ...(raw['timeout'] === undefined ? { timeoutIsDefault: true as const } : {}),
    retry: buildRetry(objectOf(raw['retry'])),
    at: rangeOf(place),
  };
}

function buildRetry(raw: JsonObject): RetryPolicy {
  return {
    attempts: numberOr(raw['attempts'], 3),
    initialDelayMs: parseDuration(textOr(raw['initialDelay'], '1s')),
    factor: numberOr(raw['factor'], 2),
    maxDelayMs: parseDuration(textOr(raw['maxDelay'], '30s')),
    jitter: raw['jitter'] !== false,
  };
}

function buildCheck(raw: JsonObject, place: Place, parts: CheckedParts): Check {
  return {
    id: textOr(raw['id'], ''),
    action: textOr(raw['action'], ''),
    with: objectOf(raw['with']),
    when: text(raw['when']),
    whenNot: text(raw['whenNot']),
    needs: textsOf(raw['needs']),
    message: text(raw['message']),
    remedy: text(raw['remedy']),
    severity: raw['severity'] === 'warning' ? 'warning' : 'error',
    references: parts.checkReferences.get(checkPathKey(place.path)) ?? [],
    timeoutMs: parseDuration(textOr(raw['timeout'], defaultCheckTimeout)),
    whenUnavailable: raw['whenUnavailable'] === 'approve' ? 'approve' : 'refuse',
    at: rangeOf(place),
  };
}

function buildEnv(raw: JsonObject, place: Place): EnvDeclaration {
  return {
    description: text(raw['description']),
    required: raw['required'] === true,
    sensitive: raw['sensitive'] === true,
    type: textOr(raw['type'], 'string') as EnvDeclaration['type'],
    pattern: text(raw['pattern']),
    enum: raw['enum'] === undefined ? undefined : listOf(raw['enum']),
    default: raw['default'],
    at: rangeOf(place),
  };
}

function buildTarget(raw: JsonObject, place: Place): TargetDeclaration {
  const { type, mayBeDown, confirmUnavailable, ...settings } = raw;
  return {
    type: textOr(type, '') as TargetDeclaration['type'],
    mayBeDown: mayBeDown === true,
    confirmUnavailable: buildConfirmation(confirmUnavailable),
    settings,
    at: rangeOf(place),
  };
}

function buildConfirmation(value: Json | undefined): Confirmation | undefined {
  if (value === undefined) return undefined;
  const raw = objectOf(value);
  return { message: textOr(raw['message'], ''), typed: text(raw['typed']) };
}

function rangeOf({ scope, path }: Place): Step['at'] {
  return scope.document.range(path, 'key');
}

function mapEntries<T>(
  value: Json | undefined,
  build: (value: Json, name: string) => T,
): ReadonlyMap<string, T> {
  return new Map(Object.entries(objectOf(value)).map(([name, item]) => [name, build(item, name)]));
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textOr(value: Json | undefined, fallback: string): string {
  return text(value) ?? fallback;
}

function numberOr(value: Json | undefined, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
