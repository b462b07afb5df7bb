// A report as one HTML page that needs nothing else: no script, no network, one style sheet whose digest is the only thing
// that its security policy lets in. What is folded up on the screen is open on paper.

import type { RunReport } from '../model.ts';
import { markup, trusted } from './markup.ts';
import type { Markup } from './markup.ts';
import { STYLE } from './page-style.ts';
import { changesSection } from './section-changes.ts';
import { graphSection } from './section-graph.ts';
import { peopleSection } from './section-people.ts';
import { stepsSection } from './section-steps.ts';
import { storySection } from './section-story.ts';
import { summarySection } from './section-summary.ts';
import { timeSection } from './section-time.ts';
import { versionsSection } from './section-versions.ts';
import { tracksOf } from './tracks.ts';
import { moment } from './words.ts';

/** What the first bytes of such a page have in them, so that a newer one may take its place. */
export const HTML_MARK = '<meta name="generator" content="drctl report">';

/** Ends with a line break. `digest`: SHA-256 in base 64. */
export function reportHtml(report: RunReport, digest: (text: string) => string): string {
  const { runId, runbook, ending, madeAt } = report;
  const policy = `default-src 'none'; style-src 'sha256-${digest(STYLE)}'; base-uri 'none'; form-action 'none'`;
  // In one piece: its digest counts every blank.
  const sheet = trusted(`<style>${STYLE}</style>`);
  const tracks = tracksOf(report);
  const sections: readonly Section[] = [
    { id: 'story', title: 'What happened', body: storySection(report) },
    { id: 'steps', title: 'Phases and steps', body: stepsSection(report, tracks) },
    { id: 'graph', title: 'Graph of the steps', body: graphSection(report) },
    { id: 'changes', title: 'Changes, before and after', body: changesSection(report) },
    { id: 'people', title: 'People and approvals', body: peopleSection(report) },
    { id: 'time', title: 'Where the time went', body: timeSection(report) },
    { id: 'versions', title: 'Versions, digests and values', body: versionsSection(report) },
  ];
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        ${trusted(HTML_MARK)}
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${ending.word}: ${runbook.name} ${runbook.version}, run ${runId}</title>
        ${sheet}
      </head>
      <body>
        <a class="skip" href="#summary">To the summary</a>
        <header>
          <p class="kicker">drctl run report</p>
          <h1>
            <span class="badge ${ending.mood}">${ending.word}</span> ${runbook.name}
            <span class="version">${runbook.version}</span>
          </h1>
          <p class="run">Run <code>${runId}</code></p>
        </header>
        <nav aria-label="Parts of this report">
          <ul>
            ${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
        </nav>
        <main>${summarySection(report, tracks)} ${sections.map(section)}</main>
        <footer>
          <p>
            Made at ${moment(madeAt)} by drctl from the journal of the run. All times are UTC.
            Sensitive values are masked in the journal already.
          </p>
        </footer>
      </body>
    </html> `;
  return page.text;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

function section({ id, title, body }: Section): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section> `;
}
