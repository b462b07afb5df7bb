// How long things take in the lab: in a second or less, so that a rehearsal is quick, or as long as in earnest, so that what
// a move costs can be measured.

export type IntervalsName = 'short' | 'real';

/** All in milliseconds. */
export interface Intervals {
  /** From a pod's first sight to its containers' start. */
  readonly podStart: number;
  /** The same for an etcd pod, whose init container restores the snapshot first. */
  readonly etcdStart: number;
  /** From a pod's deletion to its end. */
  readonly podTermination: number;
  /** From a Service's first sight to the address of its load balancer. */
  readonly loadBalancer: number;
  /** Between two looks of external-dns; a new pod of it looks at once. */
  readonly externalDnsSync: number;
  /** From such a look to the change of the zone. */
  readonly externalDnsBatch: number;
}

const short: Intervals = {
  podStart: 120,
  etcdStart: 120,
  podTermination: 600,
  loadBalancer: 0,
  externalDnsSync: 1_000,
  externalDnsBatch: 0,
};

/**
 * terminationGracePeriodSeconds is 30 where nothing else is said
 * (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination); external-dns runs with
 * --interval=1m and --aws-batch-change-interval=10s (`hypershift install render`). That a load balancer takes a minute,
 * a pod two seconds and etcd twenty to restore a snapshot of some hundred megabytes is experience, not a promise.
 */
const real: Intervals = {
  podStart: 2_000,
  etcdStart: 20_000,
  podTermination: 30_000,
  loadBalancer: 60_000,
  externalDnsSync: 60_000,
  externalDnsBatch: 10_000,
};

/** Times `scale`. */
export function intervalsOf(name: IntervalsName, scale: number): Intervals {
  const base = name === 'real' ? real : short;
  return {
    podStart: base.podStart * scale,
    etcdStart: base.etcdStart * scale,
    podTermination: base.podTermination * scale,
    loadBalancer: base.loadBalancer * scale,
    externalDnsSync: base.externalDnsSync * scale,
    externalDnsBatch: base.externalDnsBatch * scale,
  };
}
