// The time line of a report: one narrow drawing a row, as wide as its cell, all on the same scale. Positions are in per
// cent, so nothing is distorted at any width. Screen readers pass them by: the row of each says the same in words.

import { formatDuration } from '../../engine/index.ts';
import type { Bar, PhaseReport, RunReport, StepReport } from '../model.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { scaleOf } from './scale.ts';
import type { Scale } from './scale.ts';
import { sessionKinds } from './words.ts';

/** Narrower ones would not be seen. */
const MIN_WIDTH = 0.5;
/** Of a row; a step of thousands of instances is as well told by so many. */
const MAX_BARS = 200;
/** Letters that fit into one per cent of the width of a page, roughly. */
const LETTERS = 0.75;
/** Of a time on the axis, in per cent of its width. */
const LABEL_WIDTH = 10;

export interface Tracks {
  readonly axis: Markup;
  /** For a column half as wide. */
  readonly narrowAxis: Markup;
  readonly sessions: Markup;
  readonly people: Markup;
  readonly outage: (title: string) => Markup;
  readonly phase: (phase: PhaseReport) => Markup;
  readonly step: (step: StepReport) => Markup;
}

export function tracksOf(report: RunReport): Tracks {
  const scale = scaleOf(
    report.sessions.map(({ beganAt, endedAt }) => ({ fromMs: ms(beganAt), toMs: ms(endedAt) })),
  );
  const behind = background(report, scale);
  const row = (front: readonly Markup[]): Markup => track([behind, ...front]);
  const bars = (all: readonly Bar[]): Markup =>
    row(all.slice(0, MAX_BARS).map((one) => bar(one, scale)));
  return {
    axis: axis(report, scale, LABEL_WIDTH),
    narrowAxis: axis(report, scale, LABEL_WIDTH * 2.2),
    sessions: row(sessionBars(report, scale)),
    people: row(
      report.deeds.map(
        ({ at }) => markup`<circle class="person" cx="${pct(scale.at(ms(at)))}" cy="10" r="4" />`,
      ),
    ),
    outage: (title) => track([gaps(scale), ...outageBars(report, title, scale)]),
    phase: ({ steps }) => bars(merged(steps.flatMap(barsOf), scale)),
    step: (step) => bars(barsOf(step)),
  };
}

const ms = (at: string): number => Date.parse(at);
const pct = (x: number): string => `${Math.round(x * 100) / 100}%`;

function barsOf({ instances }: StepReport): readonly Bar[] {
  return instances.flatMap((instance) => instance.bars);
}

function track(content: readonly Markup[]): Markup {
  return markup`<svg class="track" width="100%" height="20" aria-hidden="true" focusable="false">
    ${content}
  </svg>`;
}

interface Place {
  readonly x: number;
  readonly width: number;
}

function placeOf(beganAt: string, endedAt: string, scale: Scale): Place {
  const x = scale.at(ms(beganAt));
  const width = Math.max(MIN_WIDTH, scale.at(ms(endedAt)) - x);
  return { x: Math.min(x, 100 - width), width };
}

function rect(name: string, { x, width }: Place, [y, height]: readonly [number, number]): Markup {
  return markup`<rect
    class="${name}"
    x="${pct(x)}"
    y="${y}"
    width="${pct(width)}"
    height="${height}"
  />`;
}

function bar({ kind, beganAt, endedAt, end }: Bar, scale: Scale): Markup {
  const place = placeOf(beganAt, endedAt, scale);
  const drawn = rect(`bar ${kind} end-${end}`, place, [4, 12]);
  // A sign at its end, beside the colour.
  const signs = { failed: '✗', 'undo-failed': '✗', 'cut-off': '✂', stopped: '' } as const;
  const sign = end in signs ? signs[end as keyof typeof signs] : '';
  if (sign === '') return drawn;
  return markup`${drawn}<text class="sign end-${end}" x="${pct(place.x + place.width)}" dx="2" y="14"
      >${sign}</text
    >`;
}

/** Bars of one end that touch become one: a phase has a bar for each of its steps. */
function merged(bars: readonly Bar[], scale: Scale): readonly Bar[] {
  const found: Bar[] = [];
  for (const one of bars.toSorted((a, b) => ms(a.beganAt) - ms(b.beganAt))) {
    const index = found.findLastIndex(
      ({ kind, end, endedAt }) =>
        kind === one.kind &&
        end === one.end &&
        scale.at(ms(one.beganAt)) - scale.at(ms(endedAt)) < MIN_WIDTH,
    );
    const before = found[index];
    if (before === undefined) found.push(one);
    else if (ms(before.endedAt) < ms(one.endedAt))
      found[index] = { ...before, endedAt: one.endedAt };
  }
  return found;
}

function background({ outages, sessions }: RunReport, scale: Scale): Markup {
  const last = sessions.at(-1)?.endedAt ?? '';
  const away = outages.map(({ beganAt, endedAt }) =>
    rect('away', placeOf(beganAt, endedAt ?? last, scale), [0, 20]),
  );
  return markup`${away}${gaps(scale)}`;
}

function gaps(scale: Scale): Markup {
  return markup`${scale.gaps.map(({ from, to }) => rect('gap', { x: from, width: to - from }, [0, 20]))}`;
}

function outageBars(
  { outages, sessions }: RunReport,
  title: string,
  scale: Scale,
): readonly Markup[] {
  const last = sessions.at(-1)?.endedAt ?? '';
  return outages
    .filter((one) => one.title === title)
    .map(({ beganAt, endedAt, tookMs }) => {
      const place = placeOf(beganAt, endedAt ?? last, scale);
      const words = `${formatDuration(tookMs)}${endedAt === null ? ', still' : ''}`;
      return markup`${rect('outage', place, [2, 16])}${label(words, place)}`;
    });
}

function sessionBars({ sessions }: RunReport, scale: Scale): readonly Markup[] {
  const idle = scale.gaps.map(({ from, to, ms: gone }) =>
    label(formatDuration(gone), { x: from, width: to - from }, 'idle'),
  );
  const work = sessions.map(({ kind, beganAt, endedAt, end }) => {
    const place = placeOf(beganAt, endedAt, scale);
    const drawn = markup`${rect(`session ${kind}`, place, [2, 16])}${label(sessionKinds[kind], place)}`;
    if (end !== 'cut-off') return drawn;
    return markup`${drawn}<text class="inside" x="${pct(place.x + place.width)}" dx="-8" y="14">✂</text>`;
  });
  return [...idle, ...work].filter((one) => one !== undefined);
}

/** Inside, where it has room. */
function label(words: string, { x, width }: Place, name = 'inside'): Markup | undefined {
  if (words.length > width * LETTERS) return undefined;
  return markup`<text class="${name}" x="${pct(x + width / 2)}" y="14">${words}</text>`;
}

/** When each session began, and how long nobody worked between two; what would cover what is there already is left out. */
function axis({ sessions }: RunReport, scale: Scale, labelWidth: number): Markup {
  let free = 0;
  const ticks = sessions.flatMap(({ beganAt }): readonly Markup[] => {
    const x = scale.at(ms(beganAt));
    if (x < free || x > 100 - labelWidth / 2) return [];
    free = x + labelWidth;
    return [
      markup`<line class="tick" x1="${pct(x)}" x2="${pct(x)}" y1="14" y2="20" /><text
          class="time"
          x="${pct(x)}"
          y="11"
          >${beganAt.slice(11, 19)}</text
        >`,
    ];
  });
  return track(ticks);
}
