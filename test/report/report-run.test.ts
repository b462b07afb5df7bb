// What a report says of a run: how it ended and why, what is left to somebody, who did what, in plain sentences.
import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/index.ts';
import {
  begin,
  ben,
  done,
  eventful,
  failed,
  finished,
  looks,
  recorded,
  resumed,
  rollback,
  runId,
  started,
  told,
  undo,
} from './told.ts';
import type { Said } from './told.ts';

const story = ({ story: lines }: RunReport) =>
  lines.map(({ at, text }) => `${at.slice(14, 19)} ${text}`);
const stopped: readonly Said[] = [
  [0, started],
  [1, begin('stop')],
  [1, recorded('stop')],
  [5, done('stop')],
];

describe('a run that failed, was killed, resumed by somebody else and rolled back', () => {
  it('is told in sentences, in the order in which it happened', async () => {
    expect(story(await told(eventful))).toMatchInlineSnapshot(`
      [
        "00:00 ada@bastion began the run with drctl 0.1.0; ada@bastion approved the plan sha256:abababababab at the prompt.",
        "00:01 Phase “Back up”: 1 step done (6s).",
        "00:01 From here on the API is away: “Stop the writers” has begun.",
        "00:07 “Make a copy” failed: somebody else wrote there",
        "00:07 The run failed, and stopped.",
        "01:40 ben@laptop resumed it from another machine, 1m 33s later.",
        "01:41 The last word of process 22 of ben@laptop: it was killed, or its machine was lost, while “Make a copy” was under way. Nothing was recorded for 4m 59s.",
        "06:40 ben@laptop began to roll it back, 4m 59s later.",
        "06:41 2 steps were put back, the last first (3s).",
        "06:44 No longer so, after 6m 43s: the API is away. “Stop the writers” was put back.",
        "06:45 The run was rolled back.",
      ]
    `);
  });

  it('is summed up: what it was, what went wrong, who undid it, for how long something was away', async () => {
    const { ending } = await told(eventful);
    expect(ending).toMatchInlineSnapshot(`
      {
        "mood": "back",
        "text": "ada@bastion began move 1.0.0 on 2026-01-01 at 00:00:00 UTC. It failed once, was cut off once and was resumed once. ben@laptop rolled it back at 00:06:40: 2 steps were put back. “The API is away” from 00:00:01 to 00:06:44: 6m 43s in all.",
        "word": "Rolled back",
      }
    `);
  });

  it('has each thing that went wrong, with what became of it', async () => {
    const { troubles } = await told(eventful);
    expect(troubles.map(({ what, outcome, isOpen }) => [what, outcome, isOpen]))
      .toMatchInlineSnapshot(`
      [
        [
          "“Make a copy” failed",
          "the run was rolled back from 00:06:40 on",
          false,
        ],
        [
          "drctl of ben@laptop was cut off while “Make a copy” was under way",
          "rolled back by ben@laptop at 00:06:40, 4m 59s later",
          false,
        ],
      ]
    `);
    expect(troubles[0]?.error?.hint).toBe('Look at who else writes there');
  });

  it('leaves nothing to anybody, and all its changes are put back', async () => {
    const { leftovers, changes, phases } = await told(eventful);
    expect(leftovers).toEqual([]);
    expect(changes.map(({ step, standing }) => [step, standing])).toEqual([
      ['stop', 'put-back'],
      ['copy', 'put-back'],
    ]);
    expect(phases.flatMap(({ steps }) => steps.map(({ standing }) => standing))).toEqual([
      'put-back',
      'put-back',
      'not-begun',
    ]);
  });

  it('names everybody who did something, and what was approved', async () => {
    const { deeds, approvals } = await told(eventful);
    expect(deeds.map(({ who, what }) => `${who} ${what}`)).toEqual([
      'ada@bastion began the run',
      'ben@laptop resumed the run',
      'ben@laptop rolled the run back',
    ]);
    expect(approvals).toMatchObject([{ of: 'the plan', by: 'ada@bastion', how: 'prompt' }]);
  });
});

describe('how a run stands', () => {
  it.each<[string, string, readonly Said[]]>([
    ['Cut off', 'open', [...stopped, [6, begin('copy')]]],
    ['Stopped', 'open', stopped],
    ['Interrupted', 'open', [...stopped, [6, { type: 'run.interrupted', because: 'Ctrl-C' }]]],
    [
      'Failed',
      'bad',
      [...stopped, [6, begin('copy')], [7, failed('copy', 'x')], [7, finished('failed')]],
    ],
    ['Rolled back', 'back', eventful],
    [
      'Rolled back to step “stop”',
      'open',
      [...stopped, [6, { ...rollback, to: 'stop' }], [7, finished('rolled-back')]],
    ],
    ['Cut off while rolling back', 'open', [...stopped, [6, rollback], [7, undo('stop')[0]]]],
  ] as const)('is said in a word: %s', async (word, mood, said) => {
    expect((await told(said)).ending).toMatchObject({ word, mood });
  });

  it('is “running” while a process works on it, and what is under way is not called cut off', async () => {
    const { ending, phases, sessions } = await told([...stopped, [6, begin('copy')]], {
      isAlive: true,
    });
    expect(ending.word).toBe('Running');
    expect(phases[0]?.steps.map(({ standing }) => standing)).toEqual(['done', 'running']);
    expect(sessions.map(({ end }) => end)).toEqual(['running']);
  });
});

describe('what is left to somebody', () => {
  it('is what is out of use, in doubt and not put back, while the run is not over', async () => {
    const { leftovers } = await told([...stopped, [6, begin('copy')], [6, recorded('copy')]]);
    expect(leftovers.map(({ kind, what }) => [kind, what])).toEqual([
      ['out-of-use', 'The API is away: since 00:00:01, for 59m 59s now'],
      ['in-doubt', '“Make a copy” was cut off: it may have taken effect or not'],
      ['not-undone', '2 steps changed something and can be put back'],
    ]);
    expect(leftovers.at(-1)?.because).toContain(`drctl rollback ${runId} --preview`);
  });

  it('is what a rollback had to leave, with the reason', async () => {
    const gone = {
      type: 'step.undo-impossible',
      step: 'stop',
      because: 'its target is given up',
    } as const;
    const { leftovers, phases } = await told([
      ...stopped,
      [6, rollback],
      [7, gone],
      [8, finished('rolled-back')],
    ]);
    expect(leftovers.map(({ kind }) => kind)).toEqual(['out-of-use', 'stays']);
    expect(leftovers[1]?.because).toBe('its target is given up');
    expect(phases[0]?.steps[0]?.standing).toBe('stays');
  });

  it('is what stays on a target that was given up, from the beginning or later', async () => {
    const given = { ...rollback, unavailable: ['here'] };
    const later = await told([...stopped, [6, given], [8, finished('stuck')]]);
    expect(later.leftovers.find(({ what }) => what.includes('given up'))?.because).toBe(
      'what the run had changed there by then stays so',
    );
    const header = { unavailable: ['here'] };
    const sinceBeginning = await told([...stopped], { header });
    expect(sinceBeginning.leftovers.find(({ what }) => what.includes('given up'))?.because).toBe(
      'nothing was changed there',
    );
  });

  it('is what a person decided, who, and why', async () => {
    const skip = {
      type: 'step.decided',
      step: 'copy',
      decision: 'skip',
      reason: 'made by hand',
      by: ben,
    } as const;
    const { leftovers, troubles, deeds } = await told([
      ...stopped,
      [6, begin('copy')],
      [7, failed('copy', 'x')],
      [7, finished('failed')],
      [50, skip],
      [60, resumed],
    ]);
    expect(leftovers.find(({ kind }) => kind === 'by-decision')).toEqual({
      kind: 'by-decision',
      what: '“Make a copy” was left out by ben@laptop',
      because: 'made by hand',
    });
    expect(troubles[0]).toMatchObject({
      isOpen: false,
      outcome: expect.stringContaining('left out'),
    });
    expect(deeds.map(({ what }) => what)).toContain('left out “Make a copy”');
  });
});

it('a run that went well says so, and has no trouble to tell', async () => {
  const approval = { by: 'ada@bastion', at: '', how: 'prompt' } as const;
  const report = await told([
    ...stopped,
    [6, begin('copy')],
    [7, done('copy')],
    [8, { type: 'phase.approved', phase: 'restore', approval }],
    [9, looks('ready')],
    [19, done('ready')],
    [20, finished('succeeded')],
  ]);
  expect(report.ending).toMatchObject({ word: 'Succeeded', mood: 'good' });
  expect(report.troubles).toEqual([]);
  expect(report.leftovers).toEqual([]);
  expect(report.outages).toMatchObject([{ endedBy: 'until', tookMs: 18_000 }]);
  expect(story(report).at(-1)).toBe('00:20 The run succeeded.');
});

it('a step that was tried again is told once, however often it failed', async () => {
  const again = { ...failed('copy', 'busy'), willRetry: true } as const;
  const report = await told([
    ...stopped,
    [6, begin('copy')],
    [7, { ...again, attempt: 1 } as Said[1]],
    [8, begin('copy', 2)],
    [9, { ...again, attempt: 2 } as Said[1]],
    [10, begin('copy', 3)],
    [11, done('copy', 3)],
  ]);
  expect(report.troubles).toEqual([]);
  expect(story(report)).toContain(
    '00:07 “Make a copy” failed and was tried again, 2 times over: busy',
  );
});

it('no value that is sensitive is in it, and what is masked is counted', async () => {
  const { values, hidden } = await told(eventful);
  expect(values).toEqual({ KUBECONFIG_FILE: '/home/ada/here.kubeconfig' });
  expect(hidden).toEqual({ names: ['TOKEN'], places: 3 });
});

it('what would act on a reader is taken out of every text', async () => {
  const { phases } = await told(eventful, {
    titles: { stop: 'Stop \u001b[2J the \u202ewriters\u0007', outage: 'away' },
  });
  expect(phases[0]?.steps[0]?.title).toBe('Stop \ufffd[2J the \ufffdwriters\ufffd');
});
