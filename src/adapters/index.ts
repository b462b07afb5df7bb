// The adapters' door: everything that touches files, processes, clocks and SDKs, behind the engine's interfaces.

export { createFileReader } from './files.ts';
export { createFileRunStore } from './run-store/file-run-store.ts';
export type { FileRunStore, FileRunStoreOptions } from './run-store/file-run-store.ts';
export { createSystem, newRunId, operator } from './system.ts';
export { createKubeTarget } from './kubernetes/create-kube-target.ts';
export type { KubeSettings, KubeTarget } from './kubernetes/create-kube-target.ts';
export { createAwsTarget } from './aws/create-aws-target.ts';
export type { AwsTarget } from './aws/create-aws-target.ts';
export type { AwsSettings } from './aws/settings.ts';
export { createEtcdClient, createEtcdReader } from './etcd/etcd-client.ts';
export { assertRunLock, dropRunLock, takeRunLock } from './kubernetes/run-lock.ts';
export type { LockingRun, RunLock } from './kubernetes/run-lock.ts';
