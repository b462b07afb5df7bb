// Order in a directed graph of named nodes. Generic: a node is a string, an edge says "needs".
// Edges to names that are not nodes of the graph are taken as fulfilled.

export type Needs = (node: string) => readonly string[];

export type Ordered =
  | { readonly kind: 'ordered'; readonly levels: readonly (readonly string[])[] }
  /** A cycle as a path: the first node is also the last. */
  | { readonly kind: 'cycle'; readonly path: readonly string[] };

/** Levels: what a node needs is in earlier levels, and in the level right before it. Within one, the order given. */
export function levelsOf(nodes: readonly string[], needs: Needs): Ordered {
  const open = openEdges(nodes, needs);
  const levels: string[][] = [];
  let placed = 0;
  for (let ready = open.free(); ready.length > 0;) {
    levels.push(ready.map((index) => nodes[index] ?? ''));
    placed += ready.length;
    ready = ready.flatMap((index) => open.end(index)).sort((one, other) => one - other);
  }
  if (placed < nodes.length) return { kind: 'cycle', path: cycleIn(open.stuck(), needs) };
  return { kind: 'ordered', levels };
}

/** Every node after all it needs; among equals the order given. */
export function topologicalOrder(
  nodes: readonly string[],
  needs: Needs,
):
  | { readonly kind: 'ordered'; readonly order: readonly string[] }
  | Extract<Ordered, { kind: 'cycle' }> {
  const open = openEdges(nodes, needs);
  // The first that may go, not the whole level: a step stays as near to where it was written as it can. Last first, so
  // that the next one is popped off the end.
  const ready = open.free().toReversed();
  const order: string[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    order.push(nodes[next] ?? '');
    for (const index of open.end(next)) ready.splice(placeAmong(ready, index), 0, index);
  }
  if (order.length < nodes.length) return { kind: 'cycle', path: cycleIn(open.stuck(), needs) };
  return { kind: 'ordered', order };
}

/** How many needs of each node have not ended. A node is its index here, so that the order given can be compared. */
function openEdges(nodes: readonly string[], needs: Needs) {
  const indexOf = new Map(nodes.map((node, index) => [node, index]));
  const dependents = nodes.map((): number[] => []);
  const left = nodes.map((node, index) => {
    const known = needs(node).flatMap((need) => indexOf.get(need) ?? []);
    for (const need of known) dependents[need]?.push(index);
    return known.length;
  });
  return {
    /** Those that need nothing, in the order given. */
    free: (): number[] => left.flatMap((count, index) => (count === 0 ? [index] : [])),
    /** Those whose last open need this one was. */
    end: (ended: number): readonly number[] =>
      (dependents[ended] ?? []).filter((index) => {
        const count = (left[index] ?? 0) - 1;
        left[index] = count;
        return count === 0;
      }),
    /** Those in a cycle, or behind one. */
    stuck: (): readonly string[] => nodes.filter((_, index) => left[index] !== 0),
  };
}

/** Where a number belongs in a list that falls. */
function placeAmong(falling: readonly number[], value: number): number {
  let low = 0;
  let high = falling.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((falling[middle] ?? 0) > value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All nodes that this one needs, directly or through others; not itself. */
export function transitiveNeeds(node: string, needs: Needs): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...needs(node)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...needs(next));
  }
  return found;
}

/** `stuck`: nodes each of which needs another one of them, so that walking along needs must come back. */
function cycleIn(stuck: readonly string[], needs: Needs): readonly string[] {
  const inCycle = new Set(stuck);
  const path: string[] = [];
  const position = new Map<string, number>();
  let node = stuck[0];
  while (node !== undefined) {
    const start = position.get(node);
    if (start !== undefined) return [...path.slice(start), node];
    position.set(node, path.length);
    path.push(node);
    node = needs(node).find((need) => inCycle.has(need));
  }
  return path;
}
