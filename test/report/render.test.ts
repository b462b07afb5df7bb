// A report as a document: nothing that a value says becomes markup, and every format has the same in it.
import { describe, expect, it } from 'vitest';
import { looksLikeReport, reportHtml, reportJson, reportMarkdown } from '../../src/report/index.ts';
import { scaleOf } from '../../src/report/render/scale.ts';
import {
  begin,
  done,
  eventful,
  failed,
  finished,
  recorded,
  sha256,
  started,
  told,
} from './told.ts';

const attack = '</style><script>alert(1)</script>"\'`&<img src=x onerror=alert(1)>';
const hostile = {
  titles: { stop: attack, outage: attack },
  header: { runId: attack, env: { [attack]: attack }, sensitiveEnv: [attack] },
};

describe('the page', () => {
  it('has no markup out of a title, a reason, a value or an error', async () => {
    const page = reportHtml(
      await told(
        [
          [0, started],
          [1, begin('stop', 1, attack)],
          [1, recorded('stop')],
          [2, done('stop')],
          [3, begin('copy', 1, attack)],
          [4, failed('copy', attack)],
          [5, finished('failed')],
        ],
        hostile,
      ),
      sha256,
    );
    expect(page).not.toMatch(/<script|<img/i);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(page).not.toContain(attack);
    expect(page.match(/&#60;\/style&#62;/g)?.length).toBeGreaterThan(10);
  });

  it('lets nothing in but its own style, told by the digest', async () => {
    const page = reportHtml(await told(eventful), sha256);
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
    expect(page).toContain(
      `default-src &#39;none&#39;; style-src &#39;sha256-${sha256(style)}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;`,
    );
    expect(page).not.toMatch(/ style=| on[a-z]+=|https?:\/\/(?!www\.w3\.org)/i);
  });

  it('has no sensitive value, and says that there are some', async () => {
    const page = reportHtml(await told(eventful), sha256);
    expect(page).toContain('Sensitive, and not in here: TOKEN');
  });
});

const cells = (line: string): number => line.match(/(?<!\\)\|/g)?.length ?? 0;

describe('Markdown', () => {
  it('has no HTML, link, heading or table out of a value', async () => {
    const nasty = '# a <b>b</b> [c](https://evil.example) | d @team\n- e `f`';
    const text = reportMarkdown(
      await told(eventful, {
        titles: { stop: nasty, outage: nasty },
        header: { env: { A: nasty } },
      }),
    );
    const prose = text.replaceAll(/```mermaid[^]*?```/g, '').replaceAll(/`+[^`\n]*`+/g, '');
    expect(prose).not.toMatch(/<b>|(?<!\\)\]\(|(?<!\\)\[c|https:\/\/|^# a| @team/m);
    // Every row of a table has as many cells as its head.
    const lines = text.split('\n');
    const odd = lines.filter((line, index) => {
      const above = lines[index - 1] ?? '';
      return line.startsWith('|') && above.startsWith('|') && cells(line) !== cells(above);
    });
    expect(odd).toEqual([]);
  });

  it('tells the run that failed, was resumed and rolled back on its own', async () => {
    expect(reportMarkdown(await told(eventful))).toMatchSnapshot();
  });
});

it('JSON has the whole document', async () => {
  const report = await told(eventful);
  expect(JSON.parse(reportJson(report))).toEqual(report);
});

it('a report is told from every other file by its first bytes', async () => {
  const report = await told(eventful);
  for (const text of [reportHtml(report, sha256), reportMarkdown(report), reportJson(report)]) {
    expect(looksLikeReport(text.slice(0, 4096))).toBe(true);
  }
  for (const text of [
    'precious',
    '<!doctype html><html></html>',
    '{"kind":"SavedPlan"}',
    '# Notes',
  ]) {
    expect(looksLikeReport(text)).toBe(false);
  }
});

describe('the time line', () => {
  const hour = 3_600_000;
  const sessions = [
    { fromMs: 0, toMs: 60_000 },
    { fromMs: 5 * hour, toMs: 5 * hour + 1_000 },
    { fromMs: 29 * hour, toMs: 29 * hour + 120_000 },
  ];

  it('shortens the stretches in which no drctl was at work, and keeps the order of all moments', () => {
    const { at, gaps } = scaleOf(sessions);
    expect(gaps.map(({ from, to }) => to - from).every((width) => width < 10)).toBe(true);
    const moments = sessions.flatMap(({ fromMs, toMs }) => [
      fromMs,
      (fromMs + toMs) / 2,
      toMs,
      toMs + hour,
    ]);
    const places = moments.map(at);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBe(0);
    expect(at(29 * hour + 120_000)).toBeCloseTo(100);
  });

  it('gives a short session room to be seen, and goes with sessions without any length', () => {
    const { at } = scaleOf(sessions);
    expect(at(5 * hour + 1_000) - at(5 * hour)).toBeGreaterThan(3);
    expect(scaleOf([{ fromMs: 5, toMs: 5 }]).at(5)).toBe(0);
    expect(scaleOf([]).at(5)).toBe(0);
  });
});
