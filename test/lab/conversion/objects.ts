// Any Cluster API object, as an older or a newer release stores it: every field that the conversion knows may be there or
// not, with any value that its definition allows.

import * as fc from 'fast-check';
import { setAt, type Json, type JsonMap } from '../../../src/lab/conversion/paths.ts';

type Fields = Readonly<Record<string, fc.Arbitrary<Json>>>;

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const count = fc.integer({ min: 0, max: 9 });
const flag = fc.boolean();
const intOrPercent: fc.Arbitrary<Json> = fc.oneof(
  count,
  count.map((n) => `${n}0%`),
);
const seconds = fc.integer({ min: 0, max: 100_000 });
const time = fc.constant('2025-01-02T03:04:05Z');
const order = fc.constantFrom('Random', 'Newest', 'Oldest');

/** As Go writes a whole number of seconds. */
const duration = seconds.map((n) => {
  const [hours, minutes, rest] = [Math.floor(n / 3600), Math.floor((n % 3600) / 60), n % 60];
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
});

const NAMESPACE = 'clusters-demo';

function olderRef(group: string, version: string, kind: string): fc.Arbitrary<Json> {
  const apiVersion = `${group}/${version}`;
  return name.map((named) => ({ apiVersion, kind, name: named, namespace: NAMESPACE }));
}

function newerRef(apiGroup: string, kind: string): fc.Arbitrary<Json> {
  return name.map((named) => ({ apiGroup, kind, name: named }));
}

const CAPA = 'infrastructure.cluster.x-k8s.io';
const BOOTSTRAP = 'bootstrap.cluster.x-k8s.io';
const HYPERSHIFT = 'hypershift.openshift.io';

const olderCondition = fc.record({
  type: name,
  status: fc.constantFrom('True', 'False', 'Unknown'),
  lastTransitionTime: time,
  reason: name,
});
const newerCondition = fc.record({
  type: name,
  status: fc.constantFrom('True', 'False', 'Unknown'),
  lastTransitionTime: time,
  reason: name,
  message: fc.string(),
});
const older1: fc.Arbitrary<Json> = fc.array(olderCondition, { minLength: 1, maxLength: 3 });
const newer1: fc.Arbitrary<Json> = fc
  .uniqueArray(newerCondition, { minLength: 1, maxLength: 3, selector: ({ type }) => type })
  .map((conditions) => conditions);

function machineSpec(at: string, isOlder: boolean): { must: Fields; may: Fields } {
  const ref = isOlder ? olderRef(CAPA, 'v1beta2', 'AWSMachine') : newerRef(CAPA, 'AWSMachine');
  const config = isOlder ? olderRef(BOOTSTRAP, 'v1beta1', 'Config') : newerRef(BOOTSTRAP, 'Config');
  const timeouts = ['nodeDrainTimeout', 'nodeDeletionTimeout', 'nodeVolumeDetachTimeout'];
  return {
    must: {
      [`${at}.clusterName`]: name,
      [`${at}.infrastructureRef`]: ref,
      [`${at}.bootstrap.dataSecretName`]: name,
    },
    may: {
      [`${at}.bootstrap.configRef`]: config,
      [`${at}.version`]: name,
      [`${at}.failureDomain`]: name,
      ...Object.fromEntries(
        timeouts.map((key): [string, fc.Arbitrary<Json>] =>
          isOlder ? [`${at}.${key}`, duration] : [`${at}.deletion.${key}Seconds`, seconds],
        ),
      ),
    },
  };
}

const olderFailure: Fields = { 'status.failureReason': name, 'status.failureMessage': name };

function status(isOlder: boolean, counts: readonly string[], renewed: readonly string[]): Fields {
  const deprecated = isOlder ? 'status' : 'status.deprecated.v1beta1';
  const current = isOlder ? 'status.v1beta2' : 'status';
  return {
    [`${deprecated}.conditions`]: older1,
    [`${current}.conditions`]: newer1,
    ...Object.fromEntries(counts.map((key) => [`${deprecated}.${key}`, count])),
    ...Object.fromEntries(renewed.map((key) => [`${current}.${key}`, count])),
  };
}

const selector: Fields = { 'spec.selector.matchLabels': fc.constant({ pool: 'one' }) };
const renewed = ['readyReplicas', 'availableReplicas', 'upToDateReplicas'];

interface Kind {
  readonly must: Fields;
  readonly may: Fields;
}

function kindsOf(isOlder: boolean): Readonly<Record<string, Kind>> {
  const pick = (older: Fields, newer: Fields): Fields => (isOlder ? older : newer);
  const template = machineSpec('spec.template.spec', isOlder);
  const machine = machineSpec('spec', isOlder);
  return {
    Cluster: {
      must: {
        'spec.infrastructureRef': isOlder
          ? olderRef(CAPA, 'v1beta2', 'AWSCluster')
          : newerRef(CAPA, 'AWSCluster'),
      },
      may: {
        'spec.controlPlaneRef': isOlder
          ? olderRef(HYPERSHIFT, 'v1beta1', 'HostedControlPlane')
          : newerRef(HYPERSHIFT, 'HostedControlPlane'),
        'spec.paused': flag,
        'spec.controlPlaneEndpoint': fc.constant({ host: 'api.example.com', port: 6443 }),
        'status.phase': fc.constantFrom('Provisioning', 'Provisioned', 'Deleting'),
        'status.observedGeneration': fc.integer({ min: 1, max: 9 }),
        ...status(isOlder, [], []),
        ...pick(
          {
            ...olderFailure,
            'status.infrastructureReady': flag,
            'status.controlPlaneReady': flag,
            'status.failureDomains': fc.constant({ a: { controlPlane: true }, b: {} }),
          },
          {
            'status.initialization.infrastructureProvisioned': flag,
            'status.initialization.controlPlaneInitialized': flag,
            'status.failureDomains': fc.constant([{ name: 'a', controlPlane: true }]),
          },
        ),
      },
    },
    MachineDeployment: {
      must: { 'spec.clusterName': name, ...selector, ...template.must },
      may: {
        'spec.replicas': count,
        'spec.paused': flag,
        ...template.may,
        'status.replicas': count,
        'status.phase': fc.constantFrom('Running', 'ScalingUp'),
        ...status(
          isOlder,
          ['readyReplicas', 'availableReplicas', 'unavailableReplicas', 'updatedReplicas'],
          renewed,
        ),
        ...pick(
          {
            'spec.minReadySeconds': count,
            'spec.machineNamingStrategy.template': name,
            'spec.rolloutAfter': time,
            'spec.strategy.type': fc.constant('RollingUpdate'),
            'spec.strategy.rollingUpdate.deletePolicy': order,
            'spec.strategy.remediation.maxInFlight': intOrPercent,
          },
          {
            'spec.template.spec.minReadySeconds': count,
            'spec.machineNaming.template': name,
            'spec.rollout.after': time,
            'spec.deletion.order': order,
            'spec.remediation.maxInFlight': intOrPercent,
          },
        ),
      },
    },
    MachineSet: {
      must: { 'spec.clusterName': name, ...selector, ...template.must },
      may: {
        'spec.replicas': count,
        ...template.may,
        'status.replicas': count,
        ...status(isOlder, ['readyReplicas', 'availableReplicas', 'fullyLabeledReplicas'], renewed),
        ...pick(
          { ...olderFailure, 'spec.deletePolicy': order, 'spec.minReadySeconds': count },
          { 'spec.deletion.order': order, 'spec.template.spec.minReadySeconds': count },
        ),
      },
    },
    Machine: {
      must: machine.must,
      may: {
        ...machine.may,
        'spec.providerID': name,
        'status.phase': fc.constantFrom('Provisioning', 'Running'),
        ...status(isOlder, [], []),
        ...pick(
          {
            ...olderFailure,
            'status.nodeRef': name.map((named) => ({
              apiVersion: 'v1',
              kind: 'Node',
              name: named,
            })),
            'status.bootstrapReady': flag,
            'status.infrastructureReady': flag,
          },
          {
            'spec.minReadySeconds': count,
            'status.nodeRef': name.map((named) => ({ name: named })),
            'status.failureDomain': name,
            'status.initialization.bootstrapDataSecretCreated': flag,
            'status.initialization.infrastructureProvisioned': flag,
          },
        ),
      },
    },
    MachineHealthCheck: {
      must: { 'spec.clusterName': name, ...selector },
      may: {
        ...status(isOlder, [], []),
        ...pick(
          {
            'spec.maxUnhealthy': intOrPercent,
            'spec.unhealthyRange': fc.constant('[1-3]'),
            'spec.nodeStartupTimeout': duration,
            'spec.unhealthyConditions': duration.map((timeout) => [
              { type: 'Ready', status: 'False', timeout },
            ]),
            'spec.remediationTemplate': olderRef(CAPA, 'v1beta2', 'Remediation'),
          },
          {
            'spec.remediation.triggerIf.unhealthyLessThanOrEqualTo': intOrPercent,
            'spec.checks.nodeStartupTimeoutSeconds': seconds,
            'spec.checks.unhealthyNodeConditions': seconds.map((timeoutSeconds) => [
              { type: 'Ready', status: 'False', timeoutSeconds },
            ]),
          },
        ),
      },
    },
  };
}

function objectsOf(version: string, kinds: Readonly<Record<string, Kind>>): fc.Arbitrary<JsonMap> {
  return fc.oneof(
    ...Object.entries(kinds).map(([kind, { must, may }]) =>
      fc
        .record({ ...must, ...may }, { requiredKeys: Object.keys(must) })
        .map((fields: Readonly<Record<string, Json | undefined>>) => {
          const object: JsonMap = {
            apiVersion: `cluster.x-k8s.io/${version}`,
            kind,
            metadata: { name: 'one', namespace: NAMESPACE, annotations: { own: 'kept' } },
          };
          for (const [path, value] of Object.entries(fields)) {
            if (value !== undefined) setAt(object, path, structuredClone(value));
          }
          return object;
        }),
    ),
  );
}

export const olderObjects = objectsOf('v1beta1', kindsOf(true));
export const newerObjects = objectsOf('v1beta2', kindsOf(false));
