// Order in graphs, over all kinds of graphs.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelsOf, topologicalOrder, transitiveNeeds } from '../../../src/engine/planning/graph.ts';

/** Nodes 0…n-1 where a node needs only lower ones, shown in any order: never a cycle. */
const acyclic = fc
  .array(fc.array(fc.nat(50), { maxLength: 4 }), { maxLength: 20 })
  .chain((rows) => {
    const edges = new Map(
      rows.map((row, node) => [
        String(node),
        node === 0 ? [] : row.map((pick) => String(pick % node)),
      ]),
    );
    return fc
      .shuffledSubarray([...edges.keys()], { minLength: edges.size })
      .map((nodes) => ({ nodes, needs: (node: string) => edges.get(node) ?? [] }));
  });

const anyGraph = fc
  .array(fc.array(fc.nat(19), { maxLength: 3 }), { minLength: 1, maxLength: 20 })
  .map((rows) => ({
    nodes: rows.map((_, node) => String(node)),
    needs: (node: string) => (rows[Number(node)] ?? []).map((pick) => String(pick % rows.length)),
  }));

describe('topologicalOrder', () => {
  it('puts every node once, after all it needs', () => {
    fc.assert(
      fc.property(acyclic, ({ nodes, needs }) => {
        const ordered = topologicalOrder(nodes, needs);
        const order = ordered.kind === 'ordered' ? ordered.order : [];
        expect([...order].sort()).toEqual([...nodes].sort());
        const place = new Map(order.map((node, index) => [node, index]));
        for (const node of nodes) {
          for (const need of needs(node))
            expect(place.get(need)).toBeLessThan(place.get(node) ?? -1);
        }
      }),
    );
  });

  it('leaves nodes where they were written when that order is valid', () => {
    expect(topologicalOrder(['a', 'b', 'c', 'd'], (node) => (node === 'c' ? ['a'] : []))).toEqual({
      kind: 'ordered',
      order: ['a', 'b', 'c', 'd'],
    });
  });

  it('takes a need that is not a node of the graph for fulfilled', () => {
    expect(topologicalOrder(['a'], () => ['elsewhere'])).toEqual({ kind: 'ordered', order: ['a'] });
  });

  it('orders a graph or shows a path along needs that ends where it began', () => {
    fc.assert(
      fc.property(anyGraph, ({ nodes, needs }) => {
        const ordered = topologicalOrder(nodes, needs);
        const isCyclic = nodes.some((node) => transitiveNeeds(node, needs).has(node));
        expect(ordered.kind).toBe(isCyclic ? 'cycle' : 'ordered');
        const path = ordered.kind === 'cycle' ? ordered.path : [];
        expect(path.at(0)).toBe(path.at(-1));
        for (const [index, node] of path.slice(0, -1).entries()) {
          expect(needs(node)).toContain(path[index + 1]);
        }
      }),
    );
  });
});

describe('levelsOf', () => {
  it('puts a node right after the highest level of what it needs', () => {
    fc.assert(
      fc.property(acyclic, ({ nodes, needs }) => {
        const leveled = levelsOf(nodes, needs);
        const levels = leveled.kind === 'ordered' ? leveled.levels : [];
        const levelOf = new Map(
          levels.flatMap((level, index) => level.map((node) => [node, index])),
        );
        for (const node of nodes) {
          const highest = Math.max(-1, ...needs(node).map((need) => levelOf.get(need) ?? NaN));
          expect(levelOf.get(node)).toBe(highest + 1);
        }
      }),
    );
  });
});
