// Where a phase stands, kept up event by event: a run of ten thousand steps asks for its next moves as often, and must not
// look at all of them each time. What is known here follows from graph and state alone; `note` only says where to look.

import type { GraphStep, RunGraph } from './run-graph.ts';
import { instanceOf, stepOfInstance } from './run-state.ts';
import type { RunState } from './run-state.ts';
import { hasEnded, instancesOf, isDue, isNotable, isToBeHeldAgain } from './step-progress.ts';
import type { StepInstanceProgress } from './step-progress.ts';

interface Node {
  readonly of: GraphStep;
  /** In the order in which the runbook has them. */
  readonly place: number;
  /** Of its phase, the steps that need it directly. */
  readonly dependents: Node[];
  /** How many of the steps that it needs directly are not behind it: see `isBehind`. */
  waits: number;
  /** It is settled, and so is everything that it needs, also through others. */
  isBehind: boolean;
  /** Undefined while a forEach step is not expanded. */
  instances: StepInstanceProgress[] | undefined;
  readonly placeOf: Map<string, number>;
  /** Instances that have not ended; a deferred undo counts as an end. */
  unended: number;
  /**
   * Instances that must end before what needs the step begins. While the phase is incomplete, one whose deferred undo ran,
   * or that must be held down anew, is among them.
   */
  unsettled: number;
  /** No instance before this one is due. */
  dueFrom: number;
}

export class PhaseStanding {
  readonly #state: RunState;
  readonly #nodes: readonly Node[];
  /** Those that are asked for at every move: of most runbooks a few. */
  readonly #deferring: readonly Node[];
  readonly #forEach: readonly Node[];
  readonly #byId: ReadonlyMap<string, Node>;
  readonly #notable = new Map<string, { readonly node: Node; readonly index: number }>();
  #unfinished: number;
  /** No step before this one has an instance that is due. */
  #dueFrom = 0;

  /** Of the state as it is; `note` every record after that. */
  constructor(steps: RunGraph['phases'][number]['steps'], state: RunState) {
    this.#state = state;
    this.#nodes = steps.map(nodeOf);
    this.#deferring = this.#nodes.filter(({ of }) => of.step.deferUndo);
    this.#forEach = this.#nodes.filter(({ of }) => of.step.forEach !== undefined);
    this.#byId = new Map(this.#nodes.map((node) => [node.of.step.id, node]));
    this.#unfinished = this.#nodes.length;
    for (const node of this.#nodes) {
      for (const id of new Set(node.of.needs)) {
        const needed = this.#byId.get(id);
        if (needed === undefined) continue;
        needed.dependents.push(node);
        node.waits += 1;
      }
    }
    for (const node of this.#nodes) this.#lookAtAll(node);
  }

  /** Every step has ended; deferred undos may still be due. */
  get forwardDone(): boolean {
    return this.#unfinished === 0;
  }

  /** Instances that may be a reason to begin nothing new, in the runbook's order. */
  notable(): readonly StepInstanceProgress[] {
    return [...this.#notable.values()]
      .toSorted((one, other) => one.node.place - other.node.place || one.index - other.index)
      .flatMap(({ node, index }) => node.instances?.[index] ?? []);
  }

  /** The instances of the steps with `deferUndo`. */
  deferred(): readonly StepInstanceProgress[] {
    return this.#deferring.flatMap(({ instances = [] }) => instances);
  }

  /** forEach steps whose items can be told now. */
  *unexpanded(): Generator<GraphStep> {
    for (const node of this.#forEach) {
      if (node.instances === undefined && node.waits === 0) yield node.of;
    }
  }

  /** Instances that may begin now, in the runbook's order. */
  *due(): Generator<StepInstanceProgress> {
    let isFirst = true;
    for (let place = this.#dueFrom; place < this.#nodes.length; place += 1) {
      const node = this.#nodes[place];
      if (node === undefined || node.waits > 0) continue;
      for (const instance of this.#dueOf(node)) {
        if (isFirst) this.#dueFrom = place;
        isFirst = false;
        yield instance;
      }
    }
  }

  /** The state has taken an event of this instance, or of the step as a whole. Nothing happens for another phase's. */
  note(instance: string): void {
    const node = this.#byId.get(stepOfInstance(instance));
    if (node === undefined) return;
    const index = node.placeOf.get(instance);
    // Whether a forEach step stands for its instances can change with every event of the step itself.
    if (index === undefined || (node.of.step.forEach !== undefined && instance === node.of.step.id))
      return this.#lookAtAll(node);
    const before = node.instances?.[index];
    if (before === undefined || node.instances === undefined) return this.#lookAtAll(node);
    const wasUnfinished = isUnfinished(node);
    this.#count(node, index, -1);
    node.instances[index] = { ...before, state: instanceOf(this.#state, instance) };
    this.#count(node, index, 1);
    node.dueFrom = Math.min(node.dueFrom, index);
    this.#settle(node, wasUnfinished);
  }

  *#dueOf(node: Node): Generator<StepInstanceProgress> {
    const { instances = [] } = node;
    let isFirst = true;
    for (let index = node.dueFrom; index < instances.length; index += 1) {
      const instance = instances[index];
      if (instance === undefined || !isDue(instance, this.#state)) continue;
      if (isFirst) node.dueFrom = index;
      isFirst = false;
      yield instance;
    }
    if (isFirst) node.dueFrom = instances.length;
  }

  #lookAtAll(node: Node): void {
    const wasUnfinished = isUnfinished(node);
    for (const index of node.instances?.keys() ?? []) this.#count(node, index, -1);
    node.placeOf.clear();
    const found = instancesOf(node.of, this.#state);
    node.instances = found === undefined ? undefined : [...found];
    for (const [index, { id }] of found?.entries() ?? []) {
      node.placeOf.set(id, index);
      this.#count(node, index, 1);
    }
    node.dueFrom = 0;
    this.#settle(node, wasUnfinished);
  }

  /** Adds one instance to what is counted, or takes it away as it was. */
  #count(node: Node, index: number, by: 1 | -1): void {
    const instance = node.instances?.[index];
    if (instance === undefined) return;
    if (!hasEnded(instance, true)) node.unended += by;
    if (!hasEnded(instance, false) || isToBeHeldAgain(instance, this.#state)) node.unsettled += by;
    if (!isNotable(instance.state)) return;
    if (by === 1) this.#notable.set(instance.id, { node, index });
    else this.#notable.delete(instance.id);
  }

  #settle(node: Node, wasUnfinished: boolean): void {
    this.#unfinished += Number(isUnfinished(node)) - Number(wasUnfinished);
    this.#dueFrom = Math.min(this.#dueFrom, node.place);
    // Without recursion: a chain may be as long as the runbook.
    const open = [node];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const isBehind = next.instances !== undefined && next.unsettled === 0 && next.waits === 0;
      if (isBehind === next.isBehind) continue;
      next.isBehind = isBehind;
      for (const dependent of next.dependents) {
        dependent.waits += isBehind ? -1 : 1;
        this.#dueFrom = Math.min(this.#dueFrom, dependent.place);
        open.push(dependent);
      }
    }
  }
}

function nodeOf(of: GraphStep, place: number): Node {
  return {
    of,
    place,
    dependents: [],
    waits: 0,
    isBehind: false,
    instances: undefined,
    placeOf: new Map(),
    unended: 0,
    unsettled: 0,
    dueFrom: 0,
  };
}

function isUnfinished({ instances, unended }: Node): boolean {
  return instances === undefined || unended > 0;
}
