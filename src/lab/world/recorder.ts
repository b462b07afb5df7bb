// Keeps what went wrong in the world, as it happens. It records nothing until the world has been built: building it
// makes instances, and that is no violation.

import type { Violation, ViolationKind } from '../lab-types.ts';

const MAX_VIOLATIONS = 1_000;

export class Recorder {
  private readonly found: Violation[] = [];
  private readonly seen = new Set<string>();
  private armed = false;

  arm(): void {
    this.armed = true;
  }

  isArmed(): boolean {
    return this.armed;
  }

  /** The first of its kind for an object counts; repeating it says nothing new. */
  record(kind: ViolationKind, object: string, message: string): void {
    const key = `${kind} ${object}`;
    if (!this.armed || this.seen.has(key) || this.found.length >= MAX_VIOLATIONS) return;
    this.seen.add(key);
    this.found.push({ at: new Date().toISOString(), kind, object, message });
  }

  /** What was made good since: it may go wrong, and be recorded, again. */
  forget(kind: ViolationKind, object: string): void {
    this.seen.delete(`${kind} ${object}`);
    const at = this.found.findIndex((one) => one.kind === kind && one.object === object);
    if (at !== -1) this.found.splice(at, 1);
  }

  all(): readonly Violation[] {
    return [...this.found];
  }
}
