// The moments at which a process can be ended: right before or right after a record of its journal, a call to a server, or
// a change of a file. A moment is named by what it is, so that the same one is found again in another run.

export interface Moment {
  /** `write`: a call that changes something. `read`: one that does not, and has no moment after it. */
  readonly of: 'append' | 'write' | 'read' | 'file';
  /** "step.started snapshot", "PATCH /apis/apps/v1/namespaces/x/deployments/web". */
  readonly what: string;
  readonly when: 'before' | 'after';
}

/** Asked at every moment; true: the process ends here. */
export type Reaper = (moment: Moment) => boolean;

export function momentName({ of, what, when }: Moment): string {
  return `${when} ${of} ${what}`;
}

/** Never ends anything; `seen` fills with what could have been ended at, the nth of a name with "#n". */
export function recorder(seen: string[]): Reaper {
  const count = counter();
  return (moment) => {
    seen.push(count(moment));
    return false;
  };
}

/** Ends the process at the one moment of that name, as `recorder` names it. */
export function reaperAt(name: string): Reaper {
  const count = counter();
  return (moment) => count(moment) === name;
}

/** Ends the process at every wanted moment that has not been one yet: `met` is shared by the processes of one run. */
export function reaperAtNew(met: Set<string>, wanted: (moment: Moment) => boolean): Reaper {
  return (moment) => {
    const name = momentName(moment);
    if (met.has(name) || !wanted(moment)) return false;
    met.add(name);
    return true;
  };
}

function counter(): (moment: Moment) => string {
  const counts = new Map<string, number>();
  return (moment) => {
    const name = momentName(moment);
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    return `${name} #${nth}`;
  };
}
