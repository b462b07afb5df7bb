// What the lab says of itself: options, files, status, violations, checks. Plain data, so that a lab in another process
// answers with the same shapes.

export type EndpointAccess = 'Public' | 'PublicAndPrivate' | 'Private';

export type Backend = 'embedded' | 'envtest';
export type AwsBackend = 'embedded' | 'moto';

export interface LabOptions {
  /** State folder; made when absent (0700). Everything the lab writes is in it. */
  readonly dir: string;
  /** Three etcd members and API servers instead of one. Default false. */
  readonly highlyAvailable?: boolean;
  /** Default 2. */
  readonly nodePools?: number;
  /** Nodes in each node pool. Default 2. */
  readonly nodePoolReplicas?: number;
  /** Other hosted clusters on both sides. Default true. */
  readonly neighbours?: boolean;
  /** Default Public. */
  readonly endpointAccess?: EndpointAccess;
  /** The source's external-dns has published its records and then died. Default false. */
  readonly externalDnsDead?: boolean;
  /** Secrets in the hosted control plane's namespace, at least. Default 24. */
  readonly secrets?: number;
  /** How long the world takes for what it does once it is built: a second or less, or as long as in earnest. Default short. */
  readonly intervals?: 'short' | 'real';
  /** Multiplies every delay of the lab's controllers. Default 1. */
  readonly timeScale?: number;
  /** Default: any free port. */
  readonly ports?: LabPorts;
  /** What serves the Kubernetes APIs: this process, or real kube-apiserver and etcd processes. Default embedded. */
  readonly backend?: Backend;
  /** What serves S3, Route53, IAM and STS: this process, or a moto_server process. Default embedded. */
  readonly aws?: AwsBackend;
  /** Folder with the real HyperShift and Cluster API definitions (YAML). Absent: the lab's own small ones. */
  readonly crds?: string;
  /** The destination prefers cluster.x-k8s.io/v1beta2 and still serves v1beta1, as newer releases do. Needs `crds`. */
  readonly newerDestination?: boolean;
  /** Every API server writes what is asked of it to "servers/…-audit.log" until the lab is down. Default false. */
  readonly audit?: boolean;
}

export interface LabPorts {
  readonly source?: number;
  readonly destination?: number;
  readonly aws?: number;
  /** Where the hosted cluster's API name "resolves" to. */
  readonly frontDoor?: number;
  readonly control?: number;
}

/** Absolute paths. */
export interface LabFiles {
  readonly envFile: string;
  readonly sourceKubeconfig: string;
  readonly destinationKubeconfig: string;
  readonly hostedKubeconfig: string;
  readonly ca: string;
  readonly awsCredentials: string;
}

export type ViolationKind =
  | 'instance-terminated'
  | 'instance-created'
  | 'neighbour-touched'
  | 'neighbour-dns-touched'
  | 'snapshot-with-writer'
  | 'both-sides-active'
  | 'source-deleted-early'
  | 'secret-travelled'
  | 'oidc-removed'
  | 'etcd-data-destroyed';

export interface Violation {
  readonly at: string;
  readonly kind: ViolationKind;
  /** "source clusters/demo-hosted-2 (HostedCluster)", "i-0ab…" */
  readonly object: string;
  readonly message: string;
}

/** What the end state is compared with. */
export type Expectation = 'migrated' | 'control-plane-only' | 'recovered' | 'unchanged';

/** All there are. */
export const expectations = ['migrated', 'control-plane-only', 'recovered', 'unchanged'] as const;

export type FailingSide = 'source' | 'destination';

export interface CheckEntry {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
}

export interface LabReport {
  readonly expect: Expectation;
  readonly ok: boolean;
  readonly checks: readonly CheckEntry[];
  readonly violations: readonly Violation[];
}

export interface SideStatus {
  /** It is gone for good: what else stands here is as it was last. */
  readonly failed: boolean;
  readonly operatorReplicas: number;
  readonly hostedClusters: readonly {
    readonly name: string;
    readonly available: boolean;
    readonly pausedUntil?: string;
    readonly deleting: boolean;
  }[];
  /** Does this side serve the hosted cluster's API? */
  readonly servesHostedApi: boolean;
}

export interface LabStatus {
  readonly pid: number;
  readonly startedAt: string;
  /** What serves Kubernetes and AWS. */
  readonly backend: Backend;
  readonly aws: AwsBackend;
  readonly hostedCluster: string;
  readonly source: SideStatus;
  readonly destination: SideStatus;
  readonly nodes: readonly {
    readonly name: string;
    readonly instanceId: string;
    readonly instanceState: 'running' | 'terminated';
    /** As its kubelet sees it: can it report through the API's name? */
    readonly connected: boolean;
  }[];
  readonly dns: {
    readonly apiHostname: string;
    /** Whose load balancer the name leads to. */
    readonly leadsTo: 'source' | 'destination' | 'nowhere';
    /** Owner id in the TXT record; absent: no such record. */
    readonly owner?: string;
  };
  readonly violations: readonly Violation[];
}

/** A lab in this process. */
export interface Lab {
  readonly dir: string;
  readonly files: LabFiles;
  /** The names and values of the env file. */
  readonly env: Readonly<Record<string, string>>;
  status(): Promise<LabStatus>;
  check(options?: { readonly expect?: Expectation }): Promise<LabReport>;
  violations(): readonly Violation[];
  /** A management cluster is lost for good, with all that ran on it. */
  fail(side: FailingSide): Promise<void>;
  /** Stops every server and controller and removes what marks the folder as a running lab. Idempotent. */
  down(): Promise<void>;
  /** Resolves when the lab is down. */
  readonly closed: Promise<void>;
}

/** A lab in another process. Every call throws LabError when it does not answer. */
export interface ConnectedLab {
  status(): Promise<LabStatus>;
  check(options?: { readonly expect?: Expectation }): Promise<LabReport>;
  violations(): Promise<readonly Violation[]>;
  fail(side: FailingSide): Promise<void>;
  down(): Promise<void>;
}

/** What a person can do something about: not running, already running, port taken, folder not writable. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}
