// Parameters as far as they are known before a run: what later steps' outputs will give, and what the run itself brings
// (its id), is not. One character that no runbook holds stands for it, as a whole value or inside of a text.

/** Of Unicode's private use area: no name in Kubernetes or AWS can hold it. */
export const unknownText = '\uE000';

declare const brand: unique symbol;

/** A value that is not known yet, whatever its type will be. */
export type Unknown = string & { readonly [brand]: true };

/** `T`, where every part of it may be unknown. A text may be so in part: see `knownText` and `patternOf`. */
export type Foreseen<T> =
  | Unknown
  | (T extends readonly (infer Item)[]
      ? readonly Foreseen<Item>[]
      : T extends object
        ? ForeseenFields<T>
        : T);

export type ForeseenFields<T> = { readonly [K in keyof T]: Foreseen<T[K]> };

export function isUnknown(value: unknown): value is Unknown {
  return value === unknownText;
}

/** The list, object or scalar, where it is known (parts of it may still not be). */
export function known<T>(value: T | Unknown): T | undefined {
  return isUnknown(value) ? undefined : value;
}

/** undefined: not given, or not known in full. */
export function knownText(value: string | undefined): string | undefined {
  return value?.includes(unknownText) === true ? undefined : value;
}

/** With "*" for what is not known. */
export function patternOf(value: string): string {
  return value.replaceAll(unknownText, '*');
}

/** Is, or may turn out to be. */
export function mayBe<T>(value: T | Unknown, wanted: T): boolean {
  return isUnknown(value) || value === wanted;
}
