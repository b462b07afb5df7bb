// What scaling a workload would change, as a plan shows it.

import type { Change } from '../../../engine/index.ts';
import type { KubeObject } from '../../ports.ts';
import { describeObject } from './objects.ts';
import { scaleNoteName } from './scale-note.ts';
import { replicasOf } from './scale-record.ts';

export interface WantedScale {
  readonly target: string;
  readonly replicas: number;
  readonly leaveNote?: boolean;
}

/** `followed`: its pods are as many as that already. */
export function changeOf(
  wanted: WantedScale,
  workload: KubeObject,
  followed: boolean,
): readonly Change[] {
  const before = replicasOf(workload);
  const on = { target: wanted.target, object: describeObject(workload) };
  const risk = wanted.replicas < before ? 'disruptive' : 'safe';
  if (before !== wanted.replicas) {
    const fields = [{ path: 'spec.replicas', before, after: wanted.replicas }];
    const noted = { path: `metadata.annotations.${scaleNoteName}`, after: 'by this run' };
    const all = wanted.leaveNote === true ? [...fields, noted] : fields;
    return [{ kind: 'update', on, fields: all, risk }];
  }
  return followed ? [] : [{ kind: 'run', on, summary: 'wait for its pods', risk: 'safe' }];
}
