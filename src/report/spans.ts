// What happened in a run, as stretches of time: attempts, undos, answers of people, and the moments at which a session
// begins. Pure; the times are those of the journal, whose clock may have been set back in between.

import { stepOfInstance } from '../engine/index.ts';
import type { JournalEvent, JournalRecord, PlannedPhase, Waited } from '../engine/index.ts';

export type SpanEnd = 'succeeded' | 'failed' | 'stopped' | 'undone' | 'undo-failed' | 'cut-off';

export interface Span {
  readonly kind: 'attempt' | 'mark' | 'undo' | 'approval' | 'session' | 'end';
  /** Instance, phase or target. */
  readonly id: string;
  /** The step's id, of an attempt, a mark or an undo. */
  readonly step?: string;
  readonly phase?: string;
  readonly title: string;
  readonly action?: string;
  /** Milliseconds since 1970. */
  readonly beganMs: number;
  readonly endedMs: number;
  /** How an attempt or an undo ended. `cut-off`: its end was never recorded. */
  readonly ended?: SpanEnd;
  readonly waited?: Waited;
  /** Whose time it is between what this one waited for and its beginning. */
  readonly before: 'own' | 'person' | 'idle';
}

/** Of journals that do not say what was waited for: these do nothing else. */
const onlyWaits: ReadonlySet<string> = new Set(['k8s.wait', 'dns.wait', 'flow.sleep']);
/** These wait for a person. */
export const asksPeople = 'flow.approve';

const sessionTitles = {
  'run.resumed': 'Resumed',
  'rollback.started': 'Rollback',
  'cleanup.started': 'Cleanup',
} as const;

type StepEvent = Extract<JournalEvent, { readonly step: string }>;

/** In the order in which they ended. An attempt that was cut off ended with the last word of its session. */
export function spansOf(
  records: readonly JournalRecord[],
  phases: readonly PlannedPhase[],
): readonly Span[] {
  return new Spans(phases).read(records);
}

/** Another process works on the run from here on: what an earlier one left open, nobody ended. */
export function beginsSession({ type }: JournalEvent): boolean {
  return Object.hasOwn(sessionTitles, type);
}

class Spans {
  private readonly spans: Span[] = [];
  private readonly open = new Map<string, Span>();
  private readonly steps: ReadonlyMap<string, { readonly title: string; readonly phase: string }>;
  private readonly sayWaits: { yes: boolean } = { yes: false };

  constructor(phases: readonly PlannedPhase[]) {
    this.steps = new Map(
      phases.flatMap(({ id: phase, steps }) =>
        steps.map(({ id, title }) => [id, { title, phase }] as const),
      ),
    );
  }

  read(records: readonly JournalRecord[]): readonly Span[] {
    this.sayWaits.yes = records.some(({ event }) => 'waited' in event);
    let lastMs = 0;
    for (const { at, event } of records) {
      const atMs = Math.max(lastMs, Date.parse(at));
      if (beginsSession(event)) this.cutOff(lastMs);
      this.take(event, atMs);
      lastMs = atMs;
    }
    this.cutOff(lastMs);
    return this.spans;
  }

  private take(event: JournalEvent, atMs: number): void {
    if ('step' in event) return this.takeStep(event, atMs);
    const moment = { beganMs: atMs, endedMs: atMs };
    switch (event.type) {
      case 'run.resumed':
      case 'rollback.started':
      case 'cleanup.started': {
        const title = sessionTitles[event.type];
        this.spans.push({ kind: 'session', id: event.type, title, ...moment, before: 'idle' });
        break;
      }
      case 'phase.approved':
        this.spans.push({
          kind: 'approval',
          id: event.phase,
          phase: event.phase,
          title: `Approval of ${event.phase}`,
          ...moment,
          before: event.approval.how === 'prompt' ? 'person' : 'own',
        });
        break;
      case 'run.finished':
        this.spans.push({ kind: 'end', id: event.type, title: 'End', ...moment, before: 'own' });
        break;
      default:
        break;
    }
    return undefined;
  }

  private takeStep(event: StepEvent, atMs: number): void {
    switch (event.type) {
      case 'step.started':
        this.begin({ event, atMs, kind: 'attempt', action: event.action });
        break;
      case 'step.undo-started':
        this.begin({ event, atMs, kind: 'undo' });
        break;
      case 'step.succeeded':
        this.end({ step: event.step, atMs, ended: 'succeeded', waited: event.waited });
        break;
      case 'step.failed': {
        const ended = event.error.code === 'INTERRUPTED' ? 'stopped' : 'failed';
        this.end({ step: event.step, atMs, ended, waited: event.waited });
        break;
      }
      case 'step.undone':
        this.end({ step: event.step, atMs, ended: 'undone' });
        break;
      case 'step.undo-failed':
        this.end({ step: event.step, atMs, ended: 'undo-failed' });
        break;
      case 'step.skipped':
      case 'step.refused':
      case 'step.expanded':
      case 'step.probed':
      case 'step.decided':
        this.spans.push({
          ...this.named(event.step),
          kind: 'mark',
          beganMs: atMs,
          endedMs: atMs,
          before: 'own',
        });
        break;
      default:
        break;
    }
  }

  private begin(begun: {
    readonly event: StepEvent;
    readonly atMs: number;
    readonly kind: 'attempt' | 'undo';
    readonly action?: string;
  }): void {
    const { event, atMs, kind, action } = begun;
    this.open.set(event.step, {
      ...this.named(event.step),
      kind,
      ...(action !== undefined && { action }),
      beganMs: atMs,
      endedMs: atMs,
      before: 'own',
    });
  }

  private end(one: {
    readonly step: string;
    readonly atMs: number;
    readonly ended: SpanEnd;
    readonly waited?: Waited | undefined;
  }): void {
    const { step, atMs, ended } = one;
    const span = this.open.get(step);
    if (span === undefined) return;
    this.open.delete(step);
    const waited = one.waited ?? this.guess(span, atMs);
    this.spans.push({ ...span, endedMs: atMs, ended, ...(waited !== undefined && { waited }) });
  }

  private guess({ action = '', beganMs }: Span, endedMs: number): Waited | undefined {
    if (this.sayWaits.yes || !(onlyWaits.has(action) || action === asksPeople)) return undefined;
    return { ms: endedMs - beganMs, for: 'what it is there to wait for' };
  }

  private cutOff(atMs: number): void {
    for (const span of this.open.values())
      this.spans.push({ ...span, endedMs: atMs, ended: 'cut-off' });
    this.open.clear();
  }

  private named(instance: string): Pick<Span, 'id' | 'step' | 'title' | 'phase'> {
    const step = stepOfInstance(instance);
    const known = this.steps.get(step);
    return {
      id: instance,
      step,
      title: known?.title ?? step,
      ...(known !== undefined && { phase: known.phase }),
    };
  }
}
