// What happened, sentence by sentence.

import type { RunReport, StoryLine } from '../model.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { toneSigns } from './words.ts';

const MAX_LINES = 500;

export function storySection({ story }: RunReport): Markup {
  const shown = story.slice(0, MAX_LINES);
  const left = story.length - shown.length;
  return markup`<ol class="story">
      ${shown.map((line, index) => markup`${newDay(line, shown[index - 1])}${item(line)}`)}
    </ol>
    ${left === 0 ? undefined : markup`<p>and ${left} more</p>`}`;
}

/** The date, where it is another than that of the line above. */
function newDay({ at }: StoryLine, before: StoryLine | undefined): Markup | undefined {
  const day = at.slice(0, 10);
  return before?.at.slice(0, 10) === day ? undefined : markup`<li class="day">${day}</li> `;
}

function item({ at, tone, text, hint }: StoryLine): Markup {
  const told = hint === undefined ? undefined : markup`<br /><span class="hint">${hint}</span>`;
  return markup`<li class="${tone}">
    <time datetime="${at}">${at.slice(11, 19)}</time
    ><span class="tone" aria-hidden="true">${toneSigns[tone]}</span
    ><span class="text">${text}${told}</span>
  </li> `;
}
