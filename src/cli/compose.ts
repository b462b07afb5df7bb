// Targets of a runbook → connections. Opened when a step first needs one, shared by all that name it, closed at the end.
// Of a target that was given up on the command line nothing is asked but whether it answers.

import path from 'node:path';
import type { DrClients, DrReaders, KubeClient } from '../actions/index.ts';
import type { AwsTarget, KubeTarget } from '../adapters/index.ts';
import { DrctlError, closest, invariant } from '../engine/index.ts';
import type {
  ArtifactReader,
  ErrorCode,
  Json,
  JsonObject,
  RenderedTarget,
  RunLease,
} from '../engine/index.ts';

export interface ConnectionOptions {
  readonly targets: ReadonlyMap<string, RenderedTarget>;
  readonly unavailable: readonly string[];
  /** What the run has kept so far. */
  readonly artifacts: ArtifactReader;
  /** Absolute path of the runbook: relative files start at its folder. */
  readonly runbookPath: string;
  notice(message: string): void;
}

export interface Connections {
  readonly readers: DrReaders;
  clients(lease: RunLease): DrClients;
  /** For the runbook's locks, which are taken before there is a lease. */
  kube(target: string): Promise<KubeClient>;
  /** With the questions about the caller that no action asks. */
  kubeTarget(target: string): KubeTarget;
  awsTarget(target: string): AwsTarget;
  /**
   * Does the server of a Kubernetes target answer, whatever it says? Also of one that was given up, of which nothing else can
   * be asked here. False: nothing answers, or it cannot be reached with these settings.
   */
  answers(target: string, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

export async function connectTargets(options: ConnectionOptions): Promise<Connections> {
  const adapters = await import('../adapters/index.ts');
  const files = adapters.createFileReader(path.dirname(options.runbookPath));
  const kubeTargets = new Map<string, KubeTarget>();
  const awsTargets = new Map<string, AwsTarget>();

  const settingsOf = (name: string, type: RenderedTarget['type']): Record<string, string> => {
    const target = findTarget(options, name);
    if (target.type !== type) {
      throw new DrctlError(
        'TARGET_INVALID',
        `Target "${name}" is of type ${target.type}, where one of type ${type} is needed`,
      );
    }
    return textsOf(target.settings);
  };

  const kube = (name: string): KubeTarget => {
    const opened =
      kubeTargets.get(name) ??
      adapters.createKubeTarget(settingsOf(name, 'kubernetes'), {
        notice: (message) => options.notice(`${name}: ${message}`),
      });
    kubeTargets.set(name, opened);
    return opened;
  };

  const aws = (name: string): AwsTarget => {
    const opened =
      awsTargets.get(name) ?? adapters.createAwsTarget({ region: '', ...settingsOf(name, 'aws') });
    awsTargets.set(name, opened);
    return opened;
  };

  return {
    readers: {
      kube: async (name) => kube(name).reader,
      etcd: async (name) => adapters.createEtcdReader(kube(name).client),
      s3: async (name) => aws(name).bucketReader,
      dns: async (name) => aws(name).zoneReader,
      artifacts: options.artifacts,
      files,
    },
    clients: (lease) => ({
      kube: async (name) => kube(name).client,
      etcd: async (name) => adapters.createEtcdClient(kube(name).client),
      s3: async (name) => aws(name).bucketClient,
      dns: async (name) => aws(name).zoneClient,
      artifacts: lease.artifacts,
      files,
    }),
    kube: async (name) => kube(name).client,
    kubeTarget: kube,
    awsTarget: aws,
    async answers(name, signal) {
      const known = options.targets.get(name);
      if (known?.type !== 'kubernetes') return false;
      let target: KubeTarget | undefined;
      try {
        target = adapters.createKubeTarget(textsOf(known.settings), { notice: () => undefined });
        await target.reader.version(signal);
        return true;
      } catch (error) {
        return error instanceof DrctlError && refusals.has(error.code);
      } finally {
        target?.close();
      }
    },
    close() {
      for (const target of kubeTargets.values()) target.close();
      for (const target of awsTargets.values()) target.close();
    },
  };
}

function findTarget(options: ConnectionOptions, name: string): RenderedTarget {
  if (options.unavailable.includes(name)) {
    throw new DrctlError('TARGET_INVALID', `Target "${name}" was given up with --unavailable`);
  }
  const target = options.targets.get(name);
  if (target !== undefined) return target;
  const near = closest(name, options.targets.keys());
  throw new DrctlError('TARGET_INVALID', `The runbook has no target "${name}"`, {
    hint:
      near === undefined
        ? `It has: ${[...options.targets.keys()].join(', ')}`
        : `Did you mean "${near}"?`,
  });
}

/** Said by a server that is there. */
const refusals: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CLIENT_UNAUTHENTICATED',
  'CLIENT_DENIED',
  'CLIENT_THROTTLED',
]);

function textsOf(settings: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, textOf(value)]));
}

/** The loader has made sure that settings are text. */
function textOf(value: Json): string {
  invariant(typeof value === 'string', 'A setting of a target is not text');
  return value;
}
