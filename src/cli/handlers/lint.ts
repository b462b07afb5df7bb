// drctl lint.

import { lint } from '../../authoring/index.ts';
import { counted } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { readRunbook } from '../inputs.ts';
import { problemLines } from '../views/problem.ts';

/** As of an invalid runbook. */
const FINDINGS_EXIT_CODE = 2;

export async function lintRunbook(args: { readonly runbook: string }, cli: Cli): Promise<number> {
  const { runbook, path, registry } = await readRunbook(args.runbook, cli);
  const { findings, allowed } = lint({ runbook, registry });
  const { output } = cli;
  const { style } = output;
  for (const finding of findings) {
    const message = `${finding.message} ${style.dim(`[${finding.rule}]`)}`;
    for (const line of problemLines({ ...finding, message }, style)) output.result(line);
  }
  const permitted = allowed === 0 ? '' : ` (${allowed} allowed by comments)`;
  output.result(
    findings.length === 0
      ? `${style.good('✓')} ${path}: nothing found${permitted}`
      : `${counted(findings.length, 'finding')}${permitted}. "# lint: allow RULE because …" above one allows it`,
  );
  output.event('lint', { path, findings, allowed });
  return findings.length === 0 ? 0 : FINDINGS_EXIT_CODE;
}
