// Order in a directed graph of named nodes. Generic: a node is a string, an edge says "needs".
// Edges to names that are not nodes of the graph are taken as fulfilled.

export type Needs = (node: string) => readonly string[];

export type Ordered =
  | { readonly kind: 'ordered'; readonly levels: readonly (readonly string[])[] }
  /** A cycle as a path: the first node is also the last. */
  | { readonly kind: 'cycle'; readonly path: readonly string[] };

/** Levels: what a node needs is in earlier levels, and in the level right before it. Within one, the order given. */
export function levelsOf(nodes: readonly string[], needs: Needs): Ordered {
  const known = new Set(nodes);
  const level = new Map<string, number>();
  let rest = [...nodes];
  const levels: string[][] = [];
  while (rest.length > 0) {
    const ready = rest.filter((node) =>
      needs(node).every((need) => !known.has(need) || level.has(need)),
    );
    if (ready.length === 0) return { kind: 'cycle', path: cycleIn(rest, needs) };
    for (const node of ready) level.set(node, levels.length);
    levels.push(ready);
    rest = rest.filter((node) => !level.has(node));
  }
  return { kind: 'ordered', levels };
}

/** Every node after all it needs; among equals the order given. */
export function topologicalOrder(
  nodes: readonly string[],
  needs: Needs,
):
  | { readonly kind: 'ordered'; readonly order: readonly string[] }
  | Extract<Ordered, { kind: 'cycle' }> {
  const known = new Set(nodes);
  const done = new Set<string>();
  const order: string[] = [];
  while (order.length < nodes.length) {
    // The first that may go, not the whole level: a step stays as near to where it was written as it can.
    const next = nodes.find(
      (node) => !done.has(node) && needs(node).every((need) => !known.has(need) || done.has(need)),
    );
    if (next === undefined) {
      return {
        kind: 'cycle',
        path: cycleIn(
          nodes.filter((node) => !done.has(node)),
          needs,
        ),
      };
    }
    done.add(next);
    order.push(next);
  }
  return { kind: 'ordered', order };
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
