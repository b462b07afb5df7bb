// drctl doc.

import { commandsByHand } from '../../actions/index.ts';
import type { Places } from '../../actions/index.ts';
import { runbookDocument } from '../../authoring/index.ts';
import { renderTargets, scopeAhead } from '../../engine/index.ts';
import type { EnvValue, Json, JsonObject, Runbook } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { readRunbook, resolveWithoutFiles, showWarnings } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';

export async function document(
  args: InputArgs & { readonly runbook: string },
  cli: Cli,
): Promise<number> {
  const { runbook, path, registry } = await readRunbook(args.runbook, cli);
  const withValues = args.envFile.length > 0 || args.set.length > 0;
  const inputs = withValues ? await resolveWithoutFiles(runbook, args, cli) : undefined;
  if (inputs !== undefined) {
    cli.output.useRedactor(inputs.redactor);
    showWarnings(inputs.warnings, cli);
  }
  const places = placesOf(runbook, inputs?.env);
  const markdown = runbookDocument({
    runbook,
    registry,
    env: inputs?.env,
    ...(inputs === undefined ? {} : { secrets: inputs.redactor }),
    byHand: (action, params) => commandsByHand(action, params, places),
  });
  cli.output.result(markdown.trimEnd());
  cli.output.event('document', { path, withValues, markdown });
  return 0;
}

/** The settings of a target as flags of kubectl and of the aws CLI. */
function placesOf(runbook: Runbook, env: readonly EnvValue[] | undefined): Places {
  const rendered =
    env === undefined ? runbook.targets : renderTargets(runbook, scopeAhead(runbook, env, []));
  return (name) => {
    const target = rendered.get(name);
    if (target === undefined) return [`<${name}>`];
    const flag = (setting: string, as: string): readonly string[] =>
      flagOf(target.settings, setting, as);
    return target.type === 'kubernetes'
      ? [...flag('kubeconfig', '--kubeconfig'), ...flag('context', '--context')]
      : [
          ...flag('profile', '--profile'),
          ...flag('region', '--region'),
          ...flag('endpoint', '--endpoint-url'),
          ...flag('caBundle', '--ca-bundle'),
        ];
  };
}

function flagOf(settings: JsonObject, setting: string, as: string): readonly string[] {
  const value: Json | undefined = settings[setting];
  return typeof value === 'string' && value !== '' ? [`${as}=${value}`] : [];
}
