// A runbook as a document for people: each step with its title, its reason, its values, and the commands that do the same
// by hand, for the day on which the tool itself cannot run.

import { stringify } from 'yaml';
import { formatDuration, renderParams, renderValue, scopeAhead } from '../../engine/index.ts';
import type {
  Check,
  EnvValue,
  JsonObject,
  Phase,
  Ports,
  Registry,
  Runbook,
  Scope,
  Secrets,
  Step,
} from '../../engine/index.ts';
import { commentAbove } from './comments.ts';

export interface DocumentOptions<P extends Ports> {
  readonly runbook: Runbook;
  readonly registry: Registry<P>;
  /** Without values, templates are shown as they stand in the file. */
  readonly env: readonly EnvValue[] | undefined;
  /** Learns what is made of secrets; all that is written passes it. */
  readonly secrets?: Secrets;
  /** Commands and remarks ("# …") for a shell; undefined where nobody has described how. */
  byHand(action: string, params: JsonObject): readonly string[] | undefined;
}

/** Markdown; ends with a line break. VALUE_UNRESOLVED when a template cannot be rendered. */
export function runbookDocument<P extends Ports>(options: DocumentOptions<P>): string {
  const { runbook, env } = options;
  const writer: Writer<P> = {
    ...options,
    scope: env === undefined ? undefined : scopeOf(options, env),
  };
  return `${[
    `# ${runbook.name} ${runbook.version}`,
    ...(runbook.description === undefined ? [] : [runbook.description]),
    env === undefined
      ? 'Values are not filled in: `{{env.NAME}}` stands for what the env file gives.'
      : 'Values are filled in. What a step finds out stands as “(known after STEP)” where a later one uses it.',
    'The commands are for the day on which drctl itself cannot run: they check nothing by themselves, and remember nothing. Do them in order, and read what each one answers.',
    ...(runbook.preconditions.length === 0
      ? []
      : ['## Before anything is done', ...runbook.preconditions.map((one) => check(one, writer))]),
    ...runbook.phases.flatMap((phase, number) => phaseParts(phase, number + 1, writer)),
    ...backAgain(writer),
  ].join('\n\n')}\n`;
}

/** A step that is done once for each of a list is written once. */
function scopeOf<P extends Ports>(
  { runbook, secrets }: DocumentOptions<P>,
  env: readonly EnvValue[],
): Scope {
  return {
    ...scopeAhead(runbook, env, [], secrets),
    ahead: { unknown: ['run', 'item'], text: '(each)' },
  };
}

interface Writer<P extends Ports> extends DocumentOptions<P> {
  readonly scope: Scope | undefined;
}

function phaseParts<P extends Ports>(
  phase: Phase,
  number: number,
  writer: Writer<P>,
): readonly string[] {
  const { confirm } = phase;
  return [
    `## ${number}. ${phase.title}`,
    ...(phase.pointOfNoReturn ? ['**Point of no return.** What is done here is not undone.'] : []),
    ...(confirm === undefined
      ? phase.approval === 'required'
        ? ['Ask the person in charge before this begins.']
        : []
      : [`Ask the person in charge before this begins: ${text(confirm.message, writer)}`]),
    ...(phase.guards.length === 0
      ? []
      : [
          'Right before each step that changes anything, these must hold:',
          ...phase.guards.map((guard) => check(guard, writer)),
        ]),
    ...phase.steps.flatMap((step, at) => stepParts(step, `${number}.${at + 1}`, writer)),
  ];
}

function stepParts<P extends Ports>(
  step: Step,
  number: string,
  writer: Writer<P>,
): readonly string[] {
  const why = commentAbove(step.at, writer.runbook.sources);
  const { effect } = writer.registry.get(step.action);
  const facts = [
    `\`${step.id}\` (${step.action}, ${effect})`,
    ...(step.when === undefined ? [] : [`only when \`${code(step.when)}\``]),
    ...(step.forEach === undefined ? [] : [`once for each of \`${code(step.forEach)}\``]),
    `at most ${formatDuration(step.timeoutMs)}`,
  ];
  return [
    `### ${number} ${step.title}`,
    ...(why === undefined ? [] : [why]),
    `${facts.join('; ')}.`,
    ...howTo(step.action, step.with, writer),
  ];
}

function check<P extends Ports>(one: Check, writer: Writer<P>): string {
  const params = known(one.action, one.with, writer);
  const commands = writer.byHand(one.action, params) ?? [];
  const words =
    one.message === undefined ? one.id : `${one.id}. If not: ${text(one.message, writer)}`;
  const warns = one.severity === 'warning' ? ' (a warning)' : '';
  const remedy = one.remedy === undefined ? '' : ` ${text(one.remedy, writer)}`;
  return [`- ${words}${warns}.${remedy}`, ...fence('sh', commands).map(indented)].join('\n\n');
}

function howTo<P extends Ports>(
  action: string,
  given: JsonObject,
  writer: Writer<P>,
): readonly string[] {
  const params = known(action, given, writer);
  const values = stringify(params, { lineWidth: 0 }).trimEnd();
  const commands = writer.byHand(action, params);
  return [
    ...(Object.keys(params).length === 0 ? [] : fence('yaml', [values])),
    ...(commands === undefined
      ? [`Nobody has described how ${action} is done by hand.`]
      : ['By hand:', ...fence('sh', commands)]),
  ];
}

function backAgain<P extends Ports>(writer: Writer<P>): readonly string[] {
  const { rollback } = writer.runbook;
  if (rollback.size === 0) return [];
  return [
    '## The way back',
    'Backwards over what was done: a step’s own undo puts back what was there before. These are undone by steps of their own:',
    ...[...rollback].flatMap(([id, steps]) => [
      `### Instead of undoing ${id}`,
      ...steps.flatMap((step, at) => [
        `${at + 1}. ${step.title}`,
        ...howTo(step.action, step.with, writer),
      ]),
    ]),
  ];
}

/** Secrets that a schema cannot tell of are hidden, as in a plan. */
function known<P extends Ports>(
  name: string,
  given: JsonObject,
  { registry, scope }: Writer<P>,
): JsonObject {
  const action = registry.get(name);
  if (scope === undefined) return given;
  const rendered = renderParams(action, given, scope);
  return action.shown(rendered.known ? rendered.value : rendered.shown);
}

function text<P extends Ports>(template: string, { scope }: Writer<P>): string {
  if (scope === undefined) return template;
  const rendered = renderValue(template, scope);
  const shown = rendered.known ? rendered.value : rendered.shown;
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}

/** A fence that the text cannot close. */
function fence(language: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const body = lines.join('\n');
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = '`'.repeat(longest + 1);
  return [`${ticks}${language}\n${body}\n${ticks}`];
}

const indented = (block: string): string => block.replaceAll(/^(?=.)/gm, '  ');
const code = (expression: string): string =>
  expression.replaceAll(/\s+/g, ' ').replaceAll('`', "'");
