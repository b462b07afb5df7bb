// What a person would type in place of an action, for the day on which drctl itself cannot run. To read, not to be run by
// anything.

import type { JsonObject } from '../../engine/index.ts';
import { awsByHand } from './aws.ts';
import { etcdByHand } from './etcd.ts';
import { kubeByHand } from './kube.ts';
import { text } from './params.ts';
import type { ByHand, Places } from './place.ts';
import { line, remark } from './shell.ts';

const values = (params: JsonObject): JsonObject => (params['values'] ?? {}) as JsonObject;

const flowByHand: Readonly<Record<string, ByHand>> = {
  'flow.approve': (params) => [remark(`Ask the person in charge: ${text(params, 'message')}`)],
  'flow.sleep': (params) => [line('sleep', text(params, 'duration'))],
  'flow.values': (params) => [
    ...Object.keys(values(params)).map((name) =>
      remark(`Note ${name}: ${text(values(params), name)}`),
    ),
    ...(params['that'] === undefined ? [] : [remark(`Must hold: ${text(params, 'that')}`)]),
  ],
};

const all = new Map(Object.entries({ ...kubeByHand, ...etcdByHand, ...awsByHand, ...flowByHand }));

export type { Places } from './place.ts';

/**
 * Commands for a POSIX shell, and remarks that begin with "#". `params` as far as they are known; what is not stands in
 * angle brackets or parentheses. Undefined for an action that nobody has described.
 */
export function commandsByHand(
  action: string,
  params: JsonObject,
  places: Places,
): readonly string[] | undefined {
  const commands = all.get(action)?.(params, places);
  return commands?.length === 0 ? [remark('Nothing is known of its parameters yet')] : commands;
}
