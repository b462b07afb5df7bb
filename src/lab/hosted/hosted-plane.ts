// What stands behind the pods of the hosted clusters' control planes on one management cluster: the data on etcd's volumes,
// the hosted cluster's API, and what a command finds in a container. Everything else about them are Kubernetes objects.

import type { KubeObject } from '../cluster/objects.ts';
import type { Gate } from '../controllers/workloads/kubelet.ts';
import type { CommandContext } from '../kubelet/command.ts';

export interface HostedPlane {
  readonly api: HostedApi;
  /** Whether a pod can start, or go on. Asked again and again, for every pod. */
  gate(pod: KubeObject): Gate;
  /** Starts and stops the API as the pods come and go. */
  reconcile(): Promise<void>;
  /** A pod's containers have to end; it is removed afterwards. */
  endPod(pod: KubeObject): Promise<void>;
  /** A volume was deleted. True: it held data of etcd. */
  dropVolume(uid: string): boolean;
  /** What a command in a running container finds: files, tools, the database. */
  commandContext(pod: KubeObject, container: string): CommandContext;
  /** Files that nobody but a recovery puts into an etcd pod. */
  leftoverFiles(pod: KubeObject): readonly string[];
  close(): Promise<void>;
}

/** The hosted cluster's API as this side serves it. */
export interface HostedApi {
  isServing(): boolean;
  /** On loopback; undefined: it does not serve. */
  port(): number | undefined;
}
