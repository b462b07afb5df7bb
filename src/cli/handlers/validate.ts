// drctl validate.

import { counted } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { readRunbook, resolveWithoutFiles, showWarnings } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';

export async function validate(
  args: InputArgs & { readonly runbook: string },
  cli: Cli,
): Promise<number> {
  const { runbook, path } = await readRunbook(args.runbook, cli);
  const withValues = args.envFile.length > 0 || args.set.length > 0;
  const inputs = withValues ? await resolveWithoutFiles(runbook, args, cli) : undefined;
  if (inputs !== undefined) {
    const { renderTargets, renderVars, envScope } = await import('../../engine/index.ts');
    const run = { id: 'validate' };
    const vars = renderVars(runbook, inputs.env, run);
    renderTargets(runbook, { env: envScope(inputs.env), vars, run, steps: {} });
  }
  const warnings = [...runbook.warnings, ...(inputs?.warnings ?? [])];
  showWarnings(warnings, cli);
  const steps = runbook.phases.reduce((sum, phase) => sum + phase.steps.length, 0);
  const { style } = cli.output;
  const values = withValues ? ', and its values' : '';
  cli.output.result(
    `${style.good('✓')} ${path} is valid${values}: ${runbook.name} ${runbook.version}, ${counted(runbook.phases.length, 'phase')}, ${counted(steps, 'step')}, ${counted(runbook.preconditions.length, 'precondition')}`,
  );
  cli.output.event('validated', {
    path,
    runbook: { name: runbook.name, version: runbook.version, digest: runbook.digest },
    phases: runbook.phases.length,
    steps,
    preconditions: runbook.preconditions.length,
    withValues,
    warnings,
  });
  return 0;
}
