// What templates and CEL see as `run`. The engine has no clock of its own: the time a run began stands in its id, so it
// is the same in every step, on resume, and (for the id that the run would get) while planning.

import { DrctlError } from '../contracts/errors.ts';
import type { Json, JsonObject } from '../contracts/json.ts';

/** The names below `run` that runbooks may use. */
export const runNames = ['id', 'startedAt', 'unavailable'] as const;

/**
 * `runId` begins with the UTC time, as in "20261122-031502-aws-same-region-k3f9"; otherwise startedAt is null.
 * `unavailable`: names of the targets that were given up.
 */
export function runScope(runId: string, unavailable: readonly string[] = []): JsonObject {
  const found = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(?=-|$)/.exec(runId);
  if (found === null) return { id: runId, startedAt: null, unavailable };
  const [, year, month, day, hours, minutes, seconds] = found;
  const began = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`;
  return { id: runId, startedAt: began, unavailable };
}

/** RFC 3339, UTC. Throws VALUE_UNRESOLVED where it is not known. */
export function startedAt(run: JsonObject): Json {
  const id = Object.hasOwn(run, 'id') ? run['id'] : undefined;
  const given = Object.hasOwn(run, 'startedAt')
    ? run['startedAt']
    : runScope(typeof id === 'string' ? id : '')['startedAt'];
  if (given !== null && given !== undefined) return given;
  throw new DrctlError('VALUE_UNRESOLVED', 'now cannot be used here: no run has begun');
}
