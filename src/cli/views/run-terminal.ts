// A run on a terminal, by listr2: one list a phase, one line a step that has begun. listr2 only draws: order, retries,
// failures and undoing are the engine's, and reach this view as events. A line without a title is not drawn: that is how
// steps that wait stay out of sight, and how a list steps aside without a mark at what has not ended.

import type { ListrTaskWrapper, DefaultRenderer, SimpleRenderer } from 'listr2';
import { counted } from '../../engine/index.ts';
import type { JournalEvent, RunEvent } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import { eventText, progressText } from './event-text.ts';
import { lineChange } from './line-change.ts';
import type { LineChange } from './line-change.ts';
import type { RunView, Section } from './run-view.ts';
import { wrapped } from './table.ts';

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

interface Item {
  readonly title: string;
  readonly task: Task;
  /** Ends the item's line; an error marks it as failed. */
  readonly settle: (error?: Error) => void;
  begun: boolean;
  /** Instances that have not ended; undefined for a step without forEach, or not expanded yet. */
  instances: Set<string> | undefined;
}

interface Shown {
  readonly section: Section;
  readonly items: Map<string, Item>;
  readonly drawn: Promise<unknown>;
}

export async function createTerminalView(
  output: Output,
  sections: readonly Section[],
): Promise<RunView> {
  const listr2 = await import('listr2');
  const started = new Map<string, string>();
  const finished = new Set<string>();
  const begun = new Set<string>();
  const headed = new Set<string>();
  const style = output.noteStyle;
  let shown: Shown | undefined;
  // Events arrive faster than lists open and close, so they are shown one after the other.
  let tail: Promise<void> = Promise.resolve();

  const open = async (section: Section): Promise<Shown> => {
    const left = section.items.filter((one) => !finished.has(one.id));
    const items = new Map<string, Item>();
    let tellReady: (() => void) | undefined;
    const ready = new Promise<void>((resolve) => (tellReady = resolve));
    const tasks = left.map(({ id, title, instances }) => ({
      title: '',
      task: (_context: unknown, task: Task) =>
        new Promise<void>((resolve, reject) => {
          const item: Item = {
            title: title === id ? id : `${id}  ${style.dim(title)}`,
            task,
            settle: (error) => (error === undefined ? resolve() : reject(error)),
            begun: begun.has(id),
            instances: instances === undefined ? undefined : new Set(instances),
          };
          if (item.begun) task.title = item.title;
          items.set(id, item);
          if (items.size === left.length) tellReady?.();
        }),
    }));
    const list = new listr2.Listr(tasks, {
      concurrent: true,
      // A failed line must not keep the others from being drawn.
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, collapseSkips: true, formatOutput: 'truncate' },
    });
    if (!headed.has(section.id)) {
      const count = counted(left.length, 'step');
      const heading = `${style.bold(section.title)} ${style.dim(`(${count})`)}`;
      for (const line of wrapped(heading, output.columns)) output.note(line);
    }
    headed.add(section.id);
    const drawn = list.run();
    await Promise.race([ready, drawn]);
    return { section, items, drawn };
  };

  /** `underWay`: what becomes of the lines that have begun and not ended. */
  const close = async (underWay: 'come-back' | 'stopped' = 'come-back'): Promise<void> => {
    if (shown === undefined) return;
    const closing = shown;
    shown = undefined;
    for (const [id, { task, title, begun: hasBegun, settle }] of closing.items) {
      if (finished.has(id)) continue;
      if (hasBegun && underWay === 'stopped') task.skip(`${title} ${style.dim('(stopped)')}`);
      else task.title = '';
      settle();
    }
    await closing.drawn;
  };

  const itemOf = async (instance: string): Promise<{ id: string; item: Item } | undefined> => {
    const step = stepOf(instance);
    const has = (section: Section): string | undefined =>
      section.items.find((one) => one.id === instance || one.id === step)?.id;
    const section = sections.find((one) => has(one) !== undefined);
    const id = section === undefined ? undefined : has(section);
    if (section === undefined || id === undefined || finished.has(id)) return undefined;
    if (shown?.section !== section) {
      await close();
      shown = await open(section);
    }
    const item = shown.items.get(id);
    return item === undefined ? undefined : { id, item };
  };

  const showEvent = async (event: JournalEvent): Promise<boolean> => {
    if (!('step' in event)) return false;
    const found = await itemOf(event.step);
    if (found === undefined) return false;
    const { id, item } = found;
    const change = lineChange(event);
    if (change.to === 'begun') begun.add(id);
    draw(item, change, {
      instance: event.step === id ? undefined : event.step,
      dim: style.dim,
      finish: (error) => {
        finished.add(id);
        item.settle(error);
      },
    });
    return true;
  };

  const show = async (event: RunEvent): Promise<void> => {
    switch (event.type) {
      case 'journal': {
        if (await showEvent(event.record.event)) return;
        const text = eventText(event.record, { style, started });
        if (text === undefined) return;
        await close();
        output.note(text);
        return;
      }
      case 'progress': {
        const found = shown?.items.get(stepOf(event.step)) ?? shown?.items.get(event.step);
        if (found?.begun === true) setOutput(found, progressText(event.progress));
        return;
      }
      case 'notice':
        await close();
        output.note(event.severity === 'warning' ? style.warn(event.message) : event.message);
        return;
      default:
        event satisfies never;
    }
  };

  return {
    emit: (event) => {
      tail = tail.then(() => show(event));
    },
    aside(ask) {
      // What happens meanwhile is shown afterwards, so that nothing is drawn over the question.
      const asked = tail.then(() => close()).then(ask);
      tail = asked.then(
        () => undefined,
        () => undefined,
      );
      return asked;
    },
    async end() {
      await tail;
      await close('stopped');
    },
  };
}

interface Drawing {
  /** The instance of a forEach step that the change is about; undefined: the line's own. */
  readonly instance: string | undefined;
  dim(text: string): string;
  finish(error?: Error): void;
}

function draw(item: Item, change: LineChange, { instance, dim, finish }: Drawing): void {
  switch (change.to) {
    case 'expanded':
      item.instances = new Set(change.instances);
      if (item.instances.size > 0) return;
      item.task.skip(`${item.title} ${dim('(nothing matched)')}`);
      finish();
      return;
    case 'begun':
      item.begun = true;
      item.task.title = item.title;
      setOutput(item, instance);
      return;
    case 'over':
      item.task.title = item.title;
      if (instance === undefined) {
        if (change.skipped) item.task.skip(`${item.title} ${dim(change.text)}`);
        finish();
        return;
      }
      setOutput(item, `${instance} ${change.text}`);
      item.instances?.delete(instance);
      if (item.instances?.size === 0) finish();
      return;
    case 'failed':
      item.task.title = item.title;
      finish(new Error(change.text));
      return;
    case 'same':
      setOutput(item, change.text);
      return;
    default:
      change satisfies never;
  }
}

function setOutput(item: Item, text: string | undefined): void {
  if (text !== undefined) item.task.output = text;
}

function stepOf(instance: string): string {
  const bracket = instance.indexOf('[');
  return bracket === -1 ? instance : instance.slice(0, bracket);
}
