// drctl doctor.

import { collectPermissions, errorCatalogue } from '../../engine/index.ts';
import type { NeededPermission, RenderedTarget } from '../../engine/index.ts';
import type { Cli } from '../command.ts';
import { examineAws } from '../doctor/examine-aws.ts';
import { examineKube } from '../doctor/examine-kube.ts';
import { policiesFor } from '../doctor/policies.ts';
import { isInOrder } from '../doctor/rights.ts';
import type { ExaminedTarget } from '../doctor/rights.ts';
import { writePolicies } from '../doctor/write-policies.ts';
import { readRunbook, resolveWithoutFiles, showWarnings } from '../inputs.ts';
import type { InputArgs } from '../inputs.ts';
import { lockPermissions } from '../locks.ts';
import { openSession, startTimeout } from '../session.ts';
import type { OpenSession } from '../session.ts';
import { openStore } from '../state-folder.ts';
import { doctorEvent } from '../views/doctor-event.ts';
import { examinationLines, verdictLines } from '../views/doctor.ts';
import { policyLines } from '../views/doctor-policy.ts';

interface DoctorArgs extends InputArgs {
  readonly runbook: string;
  readonly unavailable: readonly string[];
  readonly all: boolean;
  readonly write: string | undefined;
  readonly forcedRollback: boolean;
  readonly timeout: string | undefined;
}

export async function doctor(args: DoctorArgs, cli: Cli): Promise<number> {
  startTimeout(args.timeout, cli);
  const { runbook, registry } = await readRunbook(args.runbook, cli);
  // A kubeconfig that is not there yet is a finding about its target.
  const inputs = await resolveWithoutFiles(runbook, args, cli);
  showWarnings([...runbook.warnings, ...inputs.warnings], cli);
  const { createSystem, newRunId } = await import('../../adapters/index.ts');
  const opened = await openSession(
    {
      ...inputs,
      runbook,
      runbookPath: args.runbook,
      registry,
      runId: newRunId(createSystem(), runbook.name),
      parallel: 1,
      unavailable: args.unavailable,
      offline: false,
      store: await openStore({}, cli),
      emit: (event) => {
        if (event.type === 'notice') cli.output.note(cli.output.noteStyle.warn(event.message));
      },
    },
    cli,
  );
  const { forcedRollback } = args;
  const collected = collectPermissions({
    runbook,
    registry,
    env: inputs.env,
    unavailable: args.unavailable,
    forcedRollback,
  });
  const needed = [...(await lockPermissions(opened)), ...collected.needed];
  cli.output.note(cli.output.noteStyle.dim('Asking each target …'));
  const targets = await examineTargets(opened, needed);
  const { withoutTarget } = collected;
  const policies = policiesFor(targets, { runbook: runbook.name, complete: args.all });
  const { style } = cli.output;
  for (const line of examinationLines(targets, style)) cli.output.result(line);
  const written =
    args.write === undefined ? undefined : await writePolicies(policies, args.write, cli);
  for (const line of policyLines(policies, { style, written })) cli.output.result(line);
  for (const line of verdictLines(targets, withoutTarget, style)) cli.output.result(line);
  cli.output.event('doctor', doctorEvent({ runbook, targets, policies, withoutTarget, written }));
  return targets.every(isInOrder) ? 0 : errorCatalogue.PRECONDITION_FAILED.exitCode;
}

function examineTargets(
  opened: OpenSession,
  needed: readonly NeededPermission[],
): Promise<readonly ExaminedTarget[]> {
  return Promise.all(
    [...opened.targets].map(([name, target]) => {
      const own = needed.filter(({ permission }) => permission.target === name);
      return examine(opened, { name, target, needed: own });
    }),
  );
}

function examine(
  { session, connections }: OpenSession,
  of: {
    readonly name: string;
    readonly target: RenderedTarget;
    readonly needed: readonly NeededPermission[];
  },
): Promise<ExaminedTarget> {
  const { runbook, signal, unavailable } = session;
  const { name, target, needed } = of;
  const setting = (key: string): string => {
    const value = target.settings[key];
    return typeof value === 'string' ? value : '';
  };
  const mayBeDown = runbook.targets.get(name)?.mayBeDown === true || unavailable.includes(name);
  const common = { name, needed, mayBeDown, signal };
  const isGivenUp = unavailable.includes(name);
  if (target.type === 'kubernetes') {
    return examineKube({
      ...common,
      where: setting('kubeconfig'),
      target: isGivenUp ? undefined : connections.kubeTarget(name),
    });
  }
  return examineAws({
    ...common,
    region: setting('region'),
    target: isGivenUp ? undefined : connections.awsTarget(name),
  });
}
