// What a saved plan was made for, beside the plan itself, and what there is now: the runbook's files, the values, drctl and
// its actions, the clusters. Pure. See compare-plans.

import type { Json } from '../contracts/json.ts';
import type { SavedPlan } from '../contracts/saved-plan.ts';
import type { Move } from './moves.ts';
import { savedClusters } from './saved-plan.ts';

export interface Surroundings {
  readonly drctl: string;
  /** Of the actions that the plan names, those that there are, with their versions. */
  readonly actions: Readonly<Record<string, number>>;
  /** The texts that lie now where the plan's sources were read, in their order; undefined: there is no file. */
  readonly files: readonly (string | undefined)[];
  /** Values that were given anew and are others. */
  readonly values: readonly { readonly name: string; readonly from: Json; readonly to: Json }[];
  /** Names of sensitive values that are others. */
  readonly secrets: readonly string[];
  /** Target → uid; what could not be seen is absent. Undefined: not asked yet. */
  readonly clusters: Readonly<Record<string, string>> | undefined;
}

export function compareSurroundings(planned: SavedPlan, now: Surroundings): readonly Move[] {
  return [
    ...compareFiles(planned, now.files),
    ...now.values.map(({ name, from, to }): Move => {
      const message = `is ${JSON.stringify(to)} now; the plan was made with ${JSON.stringify(from)}`;
      return { about: 'value', name, matters: true, message };
    }),
    ...now.secrets.map((name): Move => {
      const message = 'is another value than the one the plan was made with';
      return { about: 'value', name, matters: true, message };
    }),
    ...compareVersions(planned, now),
    ...(now.clusters === undefined ? [] : compareClusters(savedClusters(planned), now.clusters)),
  ];
}

function compareFiles({ sources }: SavedPlan, files: Surroundings['files']): readonly Move[] {
  return sources.flatMap(({ path, text }, index): readonly Move[] => {
    const found = files[index];
    if (found === text) return [];
    if (found === undefined) {
      const message = 'is not there; the plan has its own copy';
      return [{ about: 'runbook', name: path, matters: false, message }];
    }
    const message = `is another text than the plan’s, first in line ${firstOther(text, found)}`;
    return [{ about: 'runbook', name: path, matters: true, message }];
  });
}

/** Counted from 1. */
function firstOther(one: string, other: string): number {
  const [lines, others] = [one.split('\n'), other.split('\n')];
  const index = lines.findIndex((line, at) => line !== others[at]);
  return (index === -1 ? lines.length : index) + 1;
}

function compareVersions(planned: SavedPlan, now: Surroundings): readonly Move[] {
  const actions = Object.entries(planned.actions).flatMap(([name, version]): readonly Move[] => {
    const found = Object.hasOwn(now.actions, name) ? now.actions[name] : undefined;
    if (found === version) return [];
    const message =
      found === undefined
        ? 'is not in this drctl'
        : `is version ${found} in this drctl; the plan was made with version ${version}`;
    return [{ about: 'action', name, matters: true, message }];
  });
  if (now.drctl === planned.drctl) return actions;
  const message = `is ${now.drctl}; the plan was made by ${planned.drctl}`;
  return [{ about: 'drctl', name: 'drctl', matters: false, message }, ...actions];
}

function compareClusters(
  planned: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): readonly Move[] {
  return Object.entries(planned).flatMap(([name, uid]): readonly Move[] => {
    const found = now[name];
    if (found === uid) return [];
    const message =
      found === undefined
        ? 'does not tell which cluster it is any more'
        : 'is another cluster than the one the plan was made on';
    return [{ about: 'target', name, matters: true, message }];
  });
}
