// A runbook as a drawing.

import { describe, expect, it } from 'vitest';
import { XMLValidator } from 'fast-xml-parser';
import { dot, mermaid, stepGraph, svg } from '../../src/authoring/index.ts';
import { load, registry, tidy, tidyWith } from './load.ts';

const graph = async (text: string) => stepGraph(await load(text), registry);
const nasty = 'Look & "see" <b>all</b> `of` #1; \\\\ end';
const nastyText = tidyWith('title: Look', `title: '${nasty.replaceAll("'", "''")}'`);

describe('the graph of a runbook', () => {
  it('leaves out what follows from other lines', async () => {
    const [build] = (await graph(tidy)).phases;
    expect(build?.edges).toEqual([
      { from: 'first', to: 'second' },
      { from: 'second', to: 'third' },
    ]);
  });

  it('draws no line between phases: they follow each other', async () => {
    const text = tidyWith('title: Remove it', 'title: Remove it\n        needs: [third]');
    expect((await graph(text)).phases[1]?.edges).toEqual([]);
  });
});

describe('a drawing', () => {
  it('is a Mermaid flowchart', async () => {
    expect(mermaid(await graph(tidy))).toMatchInlineSnapshot(`
      "flowchart TD
        subgraph phase0["Build"]
          s_first["Look<br/>k8s.get"]:::read
          s_second["Change it<br/>k8s.patch"]:::change
          s_third["Wait for it<br/>k8s.wait"]:::read
          s_first --> s_second
          s_second --> s_third
        end
        subgraph phase1["Clean (a person is asked) (point of no return)"]
          s_remove["Remove it<br/>k8s.delete"]:::destroy
        end
        phase0 --> phase1
        classDef read fill:#eef2f7,stroke:#5b6b7f,color:#1c2733
        classDef change fill:#fff3d6,stroke:#a86f00,color:#3d2900
        classDef destroy fill:#fde2e1,stroke:#b3261e,color:#410e0b
      "
    `);
  });

  it('is in Graphviz’s language', async () => {
    expect(dot(await graph(tidy))).toMatchInlineSnapshot(`
      "digraph "small" {
        compound=true; rankdir=TB; fontname="Helvetica";
        node [shape=box, style="rounded,filled", fontname="Helvetica"];
        subgraph cluster_0 {
          label="Build";
          "first" [label="Look\\nk8s.get", fillcolor="#eef2f7"];
          "second" [label="Change it\\nk8s.patch", fillcolor="#fff3d6"];
          "third" [label="Wait for it\\nk8s.wait", fillcolor="#eef2f7"];
          "first" -> "second";
          "second" -> "third";
        }
        subgraph cluster_1 {
          label="Clean (a person is asked) (point of no return)";
          "remove" [label="Remove it\\nk8s.delete", fillcolor="#fde2e1"];
        }
        "third" -> "remove" [ltail=cluster_0, lhead=cluster_1];
      }
      "
    `);
  });

  it('is an SVG in which every step stands inside its phase', async () => {
    const drawn = svg(await graph(tidy));
    expect(XMLValidator.validate(drawn)).toBe(true);
    const boxes = [
      ...drawn.matchAll(/<rect class="([\w ]+)" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"/g),
    ];
    const [build, first, second, third] = boxes.map(([, , ...sizes]) => sizes.map(Number));
    for (const step of [first, second, third]) {
      const [x = 0, y = 0, width = 0, height = 0] = step ?? [];
      const [px = 0, py = 0, pw = 0, ph = 0] = build ?? [];
      expect(x >= px && y >= py && x + width <= px + pw && y + height <= py + ph).toBe(true);
    }
    expect(boxes.map(([, kind]) => kind)).toEqual([
      'phase',
      'read',
      'change',
      'read',
      'phase final',
      'destroy',
    ]);
  });

  it('shows a title as it is, whatever stands in it', async () => {
    const drawn = await graph(nastyText);
    expect(mermaid(drawn)).toContain(
      'Look #38; #34;see#34; #60;b#62;all#60;/b#62; #96;of#96; #35;1; #92;#92; end',
    );
    expect(dot(drawn)).toContain(String.raw`"Look & \"see\" <b>all</b> ${'`of`'} #1; \\\\ end\n`);
    expect(svg(drawn)).toContain(
      'Look &amp; &quot;see&quot; &lt;b&gt;all&lt;/b&gt; `of` #1; \\\\ end',
    );
    expect(XMLValidator.validate(svg(drawn))).toBe(true);
  });

  it('of a runbook with an empty phase is drawn, too', async () => {
    const drawn = { name: 'empty', version: '1.0.0', phases: [] };
    expect(XMLValidator.validate(svg(drawn))).toBe(true);
    expect(mermaid(drawn)).toContain('flowchart TD');
  });
});
