// Markers in action parameter schemas that the loader understands beyond JSON Schema. They are annotations
// (`x-drctl`), so any JSON Schema validator still reads the published schema.

import { Type } from 'typebox';
import type { TString } from 'typebox';
import type { Json } from './json.ts';

/** A CEL expression: not rendered as a template; checked and searched for references when the runbook is loaded. */
export function CelExpression(options: { readonly description: string }): TString {
  return Type.String({ ...options, minLength: 1, 'x-drctl': 'cel' });
}

/** The name of one of the runbook's targets, of this type. */
export function TargetName(type: 'kubernetes' | 'aws'): TString {
  return Type.String({
    description: `Name of a target of type ${type}`,
    'x-drctl': `target:${type}`,
  });
}

/** "90s", "5m", "1h30m", "250ms". Parse with `parseDuration`. */
export function Duration(options: {
  readonly description: string;
  readonly default?: string;
}): TString {
  return Type.String({
    ...options,
    pattern: '^([0-9]+(ms|s|m|h|d))+$',
    'x-drctl': 'duration',
  });
}

/** A string that is masked in everything printed, logged, journaled or reported. */
export function Sensitive(options: { readonly description: string }): TString {
  return Type.String({ ...options, 'x-drctl': 'sensitive' });
}

/**
 * Any value that planning only passes on: a step is planned also while it is not known, with "(known after STEP)", or a
 * text that holds that, in its place. Never for what selects, names or decides.
 */
export function FilledInLater(options: { readonly description: string }) {
  return Type.Unsafe<Json>({ ...options, 'x-drctl': 'later' });
}
