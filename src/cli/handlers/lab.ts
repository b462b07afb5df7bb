// drctl lab status, check, down: asks the lab in the background.

import { counted } from '../../engine/index.ts';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  ConnectedLab,
  FailingSide,
  LabReport,
  LabStatus,
  SideStatus,
} from '../../lab/index.ts';
import type { Cli } from '../command.ts';
import type { Style } from '../style.ts';

export interface LabArgs {
  readonly dir?: string | undefined;
}

export function labFolder(args: LabArgs, cli: Cli): string {
  return path.resolve(cli.io.cwd, args.dir ?? path.join('.drctl', 'lab'));
}

/** As a person in the working folder would write it. */
export function relative(file: string, cli: Cli): string {
  const short = path.relative(cli.io.cwd, file);
  return short.startsWith('..') ? file : short;
}

export async function labStatus(args: LabArgs, cli: Cli): Promise<number> {
  const { connectLab } = await import('../../lab/index.ts');
  const status = await (await connectLab(labFolder(args, cli))).status();
  for (const line of statusLines(status, cli.output.style)) cli.output.result(line);
  cli.output.event('lab-status', { ...status });
  return 0;
}

const KUBERNETES = { embedded: 'embedded', envtest: 'real kube-apiserver and etcd' } as const;
const AWS = { embedded: 'embedded', moto: 'moto_server' } as const;

function statusLines(status: LabStatus, style: Style): readonly string[] {
  const { dns } = status;
  return [
    `${style.bold('Lab')} of hosted cluster ${status.hostedCluster} (process ${status.pid}, since ${status.startedAt})`,
    `${style.bold('servers')} Kubernetes: ${KUBERNETES[status.backend]}; AWS: ${AWS[status.aws]}`,
    ...sideLines('source', status.source, style),
    ...sideLines('destination', status.destination, style),
    style.bold('nodes'),
    ...status.nodes.map(
      (node) =>
        `  ${node.name}  ${node.instanceId}  ${node.instanceState === 'running' ? node.instanceState : style.bad(node.instanceState)}, ${node.connected ? style.good('connected') : style.warn('not connected')}`,
    ),
    `${style.bold('DNS')} ${dns.apiHostname} leads to ${dns.leadsTo}${dns.owner === undefined ? '' : ` (owner ${dns.owner})`}`,
    ...violationLines(status.violations, style),
  ];
}

function sideLines(name: string, side: SideStatus, style: Style): readonly string[] {
  if (side.failed) return [`${style.bold(name)}: ${style.bad('has failed')}`];
  const serves = side.servesHostedApi ? style.good('serves the hosted API') : 'does not serve it';
  return [
    `${style.bold(name)}: ${serves}, operator replicas ${side.operatorReplicas}`,
    ...side.hostedClusters.map((hosted) => {
      const marks = [
        hosted.available ? 'available' : 'not available',
        hosted.pausedUntil === undefined ? '' : `paused until ${hosted.pausedUntil}`,
        hosted.deleting ? 'being deleted' : '',
      ];
      return `  ${hosted.name}  ${marks.filter((mark) => mark !== '').join(', ')}`;
    }),
  ];
}

function violationLines(violations: LabStatus['violations'], style: Style): readonly string[] {
  if (violations.length === 0) return [style.good('No violations')];
  return [
    style.bad(counted(violations.length, 'violation')),
    ...violations.map(
      (one) => `  ${style.bad('✗')} ${one.at} ${one.kind}: ${one.message} (${one.object})`,
    ),
  ];
}

export async function labCheck(
  args: LabArgs & { readonly expect: LabReport['expect'] },
  cli: Cli,
): Promise<number> {
  const { connectLab } = await import('../../lab/index.ts');
  const lab = await connectLab(labFolder(args, cli));
  return showReport(await settledReport(lab, args.expect), cli);
}

const MAX_LOOKS = 6;
const LOOK_EVERY_MS = 2_000;

/** Pods, nodes and records that the last step set in motion need a moment. A violation is final. */
async function settledReport(lab: ConnectedLab, expect: LabReport['expect']): Promise<LabReport> {
  let report = await lab.check({ expect });
  for (let look = 1; look < MAX_LOOKS && !report.ok && report.violations.length === 0; look += 1) {
    await delay(LOOK_EVERY_MS);
    report = await lab.check({ expect });
  }
  return report;
}

/** 0 when everything is as it must be. */
function showReport(report: LabReport, cli: Cli): number {
  const { style } = cli.output;
  cli.output.result(style.bold(`Lab check: ${report.expect}`));
  for (const check of report.checks) {
    const mark = check.ok ? style.good('✓') : style.bad('✗');
    cli.output.result(`  ${mark} ${check.name}  ${style.dim(check.found)}`);
  }
  for (const line of violationLines(report.violations, style)) cli.output.result(line);
  cli.output.result(
    report.ok ? style.good('All is as it must be') : style.bad('Not as it must be'),
  );
  cli.output.event('lab-check', { ...report });
  return report.ok ? 0 : 1;
}

export async function labFail(
  args: LabArgs & { readonly side: FailingSide },
  cli: Cli,
): Promise<number> {
  const { connectLab } = await import('../../lab/index.ts');
  const dir = labFolder(args, cli);
  await (await connectLab(dir)).fail(args.side);
  cli.output.result(
    `${cli.output.style.good('✓')} The ${args.side} has failed: its API, its operators and its control planes are gone; instances and DNS records stay`,
  );
  // Without a destination there is nowhere to go.
  if (args.side === 'source') {
    const env = relative(path.join(dir, 'lab.env'), cli);
    cli.output.result(
      `${cli.output.style.bold('Next:')} drctl plan runbooks/aws-same-region.yaml -e ${env} --unavailable source`,
    );
  }
  cli.output.event('lab-fail', { side: args.side });
  return 0;
}

export async function labDown(args: LabArgs, cli: Cli): Promise<number> {
  const { clearDeadLab, connectLab } = await import('../../lab/index.ts');
  const dir = labFolder(args, cli);
  if (await clearDeadLab(dir)) {
    cli.output.result(`No lab was running in ${dir} any more; its leftovers are removed`);
    cli.output.event('lab-down', { dir });
    return 0;
  }
  await (await connectLab(dir)).down();
  cli.output.result(`${cli.output.style.good('✓')} The lab in ${dir} is down`);
  cli.output.event('lab-down', { dir });
  return 0;
}
