/*
 * Resource quantities like "500m" and "8Gi": whether a text is one, and which of two is more.
 */
import type { Json } from './objects.ts';

const pattern = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;

export const quantityText =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

export function isQuantity(value: Json): boolean {
  return quantityOf(value) !== undefined;
}

/** Negative, zero or positive, like a comparison of numbers; what is no quantity equals everything. */
export function compareQuantities(left: Json, right: Json): number {
  const [a, b] = [quantityOf(left), quantityOf(right)];
  return a === undefined || b === undefined ? 0 : a - b;
}

function quantityOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const [, digits = '', suffix = ''] = pattern.exec(value) ?? [];
  const factor = suffixes[suffix];
  const number =
    factor === undefined && /^[eE][-+]?[0-9]+$/.test(suffix)
      ? Number(digits + suffix)
      : Number(digits) * (factor ?? Number.NaN);
  return digits === '' || Number.isNaN(number) ? undefined : number;
}
