// Which differences take a protection away: what a reviewer looks at first.

import type { Json } from '../../engine/index.ts';
import type { Difference, FieldDifference } from './diff-runbooks.ts';
import type { PartKind } from './parts.ts';

/** Parts that only protect: without one, something can go wrong that could not before. */
const PROTECTIONS: Partial<Record<PartKind, string>> = {
  precondition: 'the plan no longer refuses without it',
  guard: 'nothing looks at it right before the phase’s steps any more',
  lock: 'two runs can work on the same thing',
  rollback: 'the step is undone by its action’s own undo, or not at all',
  impact: 'the plan no longer says it, or refuses because of it',
};

/** The field is less of a protection than it was when this is true of its values before and after. */
const LESS: Readonly<
  Record<string, { because: string; when: (before: Json, after: Json) => boolean }>
> = {
  severity: { because: 'it only warns now', when: (_, after) => after === 'warning' },
  whenUnavailable: {
    because: 'a person can answer for it when its target is gone',
    when: (_, after) => after === 'approve',
  },
  pointOfNoReturn: {
    because: 'rollback past it needs no --force any more',
    when: (_, after) => after !== true,
  },
  approval: { because: 'nobody is asked any more', when: (_, after) => after === 'none' },
  approvals: {
    because: 'fewer people have to agree',
    when: (before, after) => Number(after) < Number(before),
  },
  confirm: { because: 'nothing is confirmed any more', when: (_, after) => after === null },
  'confirm.typed': {
    because: 'nothing has to be typed any more',
    when: (_, after) => after === null,
  },
  confirmUnavailable: {
    because: 'nobody confirms that the target is gone',
    when: (_, after) => after === null,
  },
  deferUndo: {
    because: 'it is not undone when its phase ends any more',
    when: (_, after) => after !== true,
  },
  mustBe: {
    because: 'the plan no longer refuses because of it',
    when: (_, after) => after === null,
  },
  sensitive: { because: 'its value is no longer masked', when: (_, after) => after !== true },
  mayBeDown: {
    because: 'it need not answer while planning any more',
    when: (_, after) => after === true,
  },
  onFailure: { because: 'the run goes on when it fails', when: (_, after) => after === 'continue' },
};

/** In a few words; undefined where no protection is taken away. */
export function weakeningOf({
  kind,
  change,
  fields,
}: Omit<Difference, 'weakens'>): string | undefined {
  if (change === 'removed') return PROTECTIONS[kind];
  if (change === 'added') return undefined;
  const asks =
    isCheck(kind) && fields.some(({ path }) => /^(?:with|when|action)(?:\.|$)/.test(path));
  const found = [
    ...(asks ? ['what it asks for is another thing now'] : []),
    ...fields.flatMap(lessOf),
  ];
  return found.length === 0 ? undefined : found.join('; ');
}

/** Whether another question asks for less cannot be computed, so a person reads it. */
const isCheck = (kind: PartKind): boolean => kind === 'precondition' || kind === 'guard';

function lessOf({ path, before, after }: FieldDifference): readonly string[] {
  if (path === 'needs') return noLongerNeeded(namesIn(before), namesIn(after));
  const rule = LESS[path];
  return rule?.when(before ?? null, after ?? null) === true ? [rule.because] : [];
}

function noLongerNeeded(before: readonly string[], after: readonly string[]): readonly string[] {
  const gone = before.filter((name) => !after.includes(name));
  return gone.length === 0 ? [] : [`it no longer waits for ${gone.join(', ')}`];
}

const namesIn = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];
