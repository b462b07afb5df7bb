// What the lab says of itself: options, files, status, violations, checks. Plain data, so that a lab in another process
// answers with the same shapes.

export type EndpointAccess = 'Public' | 'PublicAndPrivate' | 'Private';

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
  /** Multiplies every delay of the lab's controllers. Default 1. */
  readonly timeScale?: number;
  /** Default: any free port. */
  readonly ports?: LabPorts;
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
export type Expectation = 'migrated' | 'control-plane-only' | 'unchanged';

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
