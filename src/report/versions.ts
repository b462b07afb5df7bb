// What a run was made of: versions and digests of drctl, runbook, values and plan, of actions and files. Pure.

import { digestRecord, hiddenText } from '../engine/index.ts';
import type { Json, JournalRecord } from '../engine/index.ts';
import type { Versions } from './model.ts';
import type { ToldRun } from './told-run.ts';

export function versionsOf({ header, records }: Pick<ToldRun, 'header' | 'records'>): Versions {
  const last = records.at(-1);
  const started = records[0]?.event;
  const isStart = started?.type === 'run.started';
  const planDigest = isStart ? started.approval?.digest : undefined;
  const drctl = records.flatMap(({ event }) => ('drctl' in event ? [event.drctl] : []));
  const actions = records.flatMap(({ event }) =>
    event.type === 'step.started' ? [[event.action, event.actionVersion] as const] : [],
  );
  return {
    drctl: [...new Set(drctl)],
    runbookDigest: header.runbook.digest,
    envDigest: isStart ? started.envDigest : header.plan.envDigest,
    ...(planDigest === undefined ? {} : { planDigest }),
    sources: header.sources.map(({ path }) => path),
    actions: Object.fromEntries(actions.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    clusters: header.clusters ?? {},
    files: filesOf(records),
    journal: { lines: records.length, head: last === undefined ? '' : digestRecord(last) },
  };
}

/** Outputs of steps that name a file, an object or an artifact beside its digest. */
function filesOf(records: readonly JournalRecord[]): Versions['files'] {
  return records.flatMap(({ event }) => {
    if (event.type !== 'step.succeeded' || event.outputs === null) return [];
    const { sha256, file, key, artifact, bucket } = event.outputs;
    const name = [file, key, artifact].find((one) => typeof one === 'string');
    if (typeof sha256 !== 'string' || typeof name !== 'string') return [];
    const place = typeof bucket === 'string' && name === key ? `s3://${bucket}/` : '';
    return [{ step: event.step, name: `${place}${name}`, sha256 }];
  });
}

/** How often a value was masked in what is kept of a run. */
export function hiddenPlaces(...kept: readonly unknown[]): number {
  let places = 0;
  const look = (value: Json | undefined): void => {
    if (typeof value === 'string') places += value.split(hiddenText).length - 1;
    else if (typeof value === 'object' && value !== null) {
      for (const one of Object.values(value)) look(one);
    }
  };
  for (const one of kept) look(one as Json);
  return places;
}
