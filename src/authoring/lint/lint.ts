// What is valid in a runbook and may hurt all the same: one rule a concern, every finding at its place.

import type { Ports, SourceFile, SourceRange } from '../../engine/index.ts';
import type { Finding, Found, Linted, Rule } from './finding.ts';
import { afterPointOfNoReturn, cannotBeUndone, destroysWithoutGuard } from './rules/destroys.ts';
import { checkWithoutRemedy, stepWithoutTitle } from './rules/silent.ts';
import { spelledOut } from './rules/spelled-out.ts';
import { unusedEnv, unusedTarget, unusedVar } from './rules/unused.ts';
import { waitWithoutTimeout } from './rules/waits.ts';

export const lintRules: readonly Rule[] = [
  destroysWithoutGuard,
  cannotBeUndone,
  afterPointOfNoReturn,
  waitWithoutTimeout,
  spelledOut,
  checkWithoutRemedy,
  stepWithoutTitle,
  unusedEnv,
  unusedVar,
  unusedTarget,
];

export interface Lint {
  /** In the order of the file. */
  readonly findings: readonly Finding[];
  /** Findings that a comment allows. */
  readonly allowed: number;
}

/**
 * A comment right above what is found, or at the end of its line, allows it: `# lint: allow RULE`, and after it the
 * reason.
 */
export function lint<P extends Ports>(linted: Linted<P>): Lint {
  const { sources } = linted.runbook;
  const all = lintRules.flatMap((rule) =>
    rule.find(linted).map((found) => asFinding(rule, found, sources)),
  );
  const findings = all.filter((finding) => !isAllowed(finding, sources));
  return {
    findings: findings.toSorted((one, other) => lineOf(one) - lineOf(other)),
    allowed: all.length - findings.length,
  };
}

function asFinding(rule: Rule, found: Found, sources: readonly SourceFile[]): Finding {
  const snippet =
    found.at === undefined ? undefined : linesOf(found.at, sources)[found.at.line - 1];
  return {
    rule: rule.name,
    severity: 'warning',
    ...found,
    ...(snippet === undefined ? {} : { snippet }),
  };
}

function isAllowed({ rule, at }: Finding, sources: readonly SourceFile[]): boolean {
  if (at === undefined) return false;
  const lines = linesOf(at, sources);
  const above = lines.slice(0, at.line - 1).toReversed();
  const comments = above.slice(
    0,
    above.findIndex((line) => !line.trimStart().startsWith('#')),
  );
  return [lines[at.line - 1] ?? '', ...comments].some((line) =>
    new RegExp(String.raw`#.*\blint: allow ${rule}(?![\w-])`).test(line),
  );
}

const linesOf = (at: SourceRange, sources: readonly SourceFile[]): readonly string[] =>
  sources.find(({ path }) => path === at.file)?.text.split('\n') ?? [];

const lineOf = ({ at }: Finding): number => at?.line ?? 0;
