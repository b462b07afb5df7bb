// What a run would do as a whole, line by line: the value, what it must be, and the members of a list by name.

import type { Json, PlannedImpact } from '../../engine/index.ts';
import type { Style } from '../style.ts';

/** None where the runbook computes nothing. */
export function impactLines(
  impact: readonly PlannedImpact[] | undefined,
  style: Style,
): readonly string[] {
  if (impact === undefined || impact.length === 0) return [];
  return [style.bold('Blast radius:'), ...impact.map((one) => `  ${impactLine(one, style)}`)];
}

/** "EC2 instances that may be affected: 4 (must be 0)". */
export function impactText({ title, value, mustBe, because }: PlannedImpact): string {
  const said = value === undefined ? (because ?? 'not known') : valueText(value);
  return `${title}: ${said}${mustBe === undefined ? '' : ` (must be ${valueText(mustBe)})`}`;
}

function impactLine(one: PlannedImpact, style: Style): string {
  if (one.refuses) return style.bad(`✗ ${impactText(one)}`);
  if (one.value === undefined) return `${style.later('?')} ${style.dim(impactText(one))}`;
  return `${one.mustBe === undefined ? '·' : style.good('✓')} ${impactText(one)}`;
}

function valueText(value: Json): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return JSON.stringify(value);
  const items = (value as readonly Json[]).map(valueText);
  return items.length === 0 ? '0' : `${items.length} (${items.join(', ')})`;
}
