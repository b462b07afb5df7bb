// What moved between cluster.x-k8s.io/v1beta1 and v1beta2, kind by kind, from the two schemas of each definition.
// ClusterClass topologies are left out: HyperShift does not use them, and convert.ts refuses them.

import { durationOf, secondsOf } from './durations.ts';
import type { Conversion, Move } from './moves.ts';
import { isMap, textOf, type Json } from './paths.ts';
import { groupedReference, nodeName, nodeReference, versionedReference } from './references.ts';

function reference(path: string): Move {
  return { older: path, newer: path, up: groupedReference, down: versionedReference };
}

function duration(older: string, newer: string): Move {
  return { older, newer, up: secondsOf, down: durationOf };
}

/** The spec of a machine, or of the machines that a template makes. */
function machineSpec(at: string): readonly Move[] {
  return [
    reference(`${at}.infrastructureRef`),
    reference(`${at}.bootstrap.configRef`),
    ...['nodeDrainTimeout', 'nodeDeletionTimeout', 'nodeVolumeDetachTimeout'].map((name) =>
      duration(`${at}.${name}`, `${at}.deletion.${name}Seconds`),
    ),
  ];
}

/** The conditions of before are kept as deprecated ones; those of after were already there, under their version. */
function status(deprecated: readonly string[], renewed: readonly string[] = []): readonly Move[] {
  return [
    ...['conditions', ...deprecated].map((name) => ({
      older: `status.${name}`,
      newer: `status.deprecated.v1beta1.${name}`,
    })),
    ...['conditions', ...renewed].map((name) => ({
      older: `status.v1beta2.${name}`,
      newer: `status.${name}`,
    })),
  ];
}

const failure = ['failureReason', 'failureMessage'];

/** A map by name, or a list of maps with a name. */
const failureDomains: Move = {
  older: 'status.failureDomains',
  newer: 'status.failureDomains',
  up: (value) =>
    isMap(value)
      ? Object.entries(value).map(([name, domain]) => ({ name, ...(isMap(domain) ? domain : {}) }))
      : value,
  down: (value) =>
    Object.fromEntries(
      (Array.isArray(value) ? value : [])
        .filter(isMap)
        .map(({ name, ...domain }) => [textOf(name), domain]),
    ),
};

const cluster: Conversion = {
  moves: [
    reference('spec.controlPlaneRef'),
    reference('spec.infrastructureRef'),
    ...status(failure, ['controlPlane', 'workers']),
    failureDomains,
    {
      older: 'status.infrastructureReady',
      newer: 'status.initialization.infrastructureProvisioned',
    },
    { older: 'status.controlPlaneReady', newer: 'status.initialization.controlPlaneInitialized' },
  ],
  olderOnly: [],
  newerOnly: [],
};

const replicaCounts = ['readyReplicas', 'availableReplicas', 'upToDateReplicas'];
const minReadySeconds = {
  older: 'spec.minReadySeconds',
  newer: 'spec.template.spec.minReadySeconds',
};
const naming = { older: 'spec.machineNamingStrategy', newer: 'spec.machineNaming' };

const machineDeployment: Conversion = {
  moves: [
    ...machineSpec('spec.template.spec'),
    minReadySeconds,
    naming,
    { older: 'spec.rolloutAfter', newer: 'spec.rollout.after' },
    { older: 'spec.strategy.type', newer: 'spec.rollout.strategy.type' },
    ...['maxSurge', 'maxUnavailable'].map((name) => ({
      older: `spec.strategy.rollingUpdate.${name}`,
      newer: `spec.rollout.strategy.rollingUpdate.${name}`,
    })),
    { older: 'spec.strategy.rollingUpdate.deletePolicy', newer: 'spec.deletion.order' },
    { older: 'spec.strategy.remediation', newer: 'spec.remediation' },
    ...status(
      ['readyReplicas', 'availableReplicas', 'unavailableReplicas', 'updatedReplicas'],
      replicaCounts,
    ),
  ],
  olderOnly: ['spec.progressDeadlineSeconds', 'spec.revisionHistoryLimit'],
  newerOnly: [],
};

const machineSet: Conversion = {
  moves: [
    ...machineSpec('spec.template.spec'),
    minReadySeconds,
    naming,
    { older: 'spec.deletePolicy', newer: 'spec.deletion.order' },
    ...status(
      ['readyReplicas', 'availableReplicas', 'fullyLabeledReplicas', ...failure],
      replicaCounts,
    ),
  ],
  olderOnly: [],
  newerOnly: [],
};

const machine: Conversion = {
  moves: [
    ...machineSpec('spec'),
    ...status(failure),
    { older: 'status.nodeRef', newer: 'status.nodeRef', up: nodeName, down: nodeReference },
    {
      older: 'status.bootstrapReady',
      newer: 'status.initialization.bootstrapDataSecretCreated',
    },
    {
      older: 'status.infrastructureReady',
      newer: 'status.initialization.infrastructureProvisioned',
    },
  ],
  olderOnly: [],
  newerOnly: ['spec.minReadySeconds', 'status.failureDomain'],
};

function each(value: Json, change: (entry: Record<string, Json>) => Json): Json {
  return Array.isArray(value) ? value.filter(isMap).map(change) : value;
}

function timed(older: string, newer: string): Move {
  return {
    older,
    newer,
    up: (value) =>
      each(value, ({ timeout = '0s', ...rest }) => ({
        ...rest,
        timeoutSeconds: secondsOf(timeout),
      })),
    down: (value) =>
      each(value, ({ timeoutSeconds = 0, ...rest }) => ({
        ...rest,
        timeout: durationOf(timeoutSeconds),
      })),
  };
}

const machineHealthCheck: Conversion = {
  moves: [
    { older: 'spec.maxUnhealthy', newer: 'spec.remediation.triggerIf.unhealthyLessThanOrEqualTo' },
    { older: 'spec.unhealthyRange', newer: 'spec.remediation.triggerIf.unhealthyInRange' },
    duration('spec.nodeStartupTimeout', 'spec.checks.nodeStartupTimeoutSeconds'),
    timed('spec.unhealthyConditions', 'spec.checks.unhealthyNodeConditions'),
    timed('spec.unhealthyMachineConditions', 'spec.checks.unhealthyMachineConditions'),
    {
      older: 'spec.remediationTemplate',
      newer: 'spec.remediation.templateRef',
      up: (value) =>
        isMap(value)
          ? {
              apiVersion: value['apiVersion'] ?? '',
              kind: value['kind'] ?? '',
              name: value['name'] ?? '',
            }
          : value,
      down: (value, namespace) => (isMap(value) ? { ...value, namespace } : value),
    },
    ...status([]),
  ],
  olderOnly: [],
  newerOnly: [],
};

export const conversions: Readonly<Record<string, Conversion>> = {
  Cluster: cluster,
  MachineDeployment: machineDeployment,
  MachineSet: machineSet,
  Machine: machine,
  MachineHealthCheck: machineHealthCheck,
};
