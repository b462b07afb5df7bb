// The adapters' door: everything that touches files, processes, clocks and SDKs, behind the engine's interfaces.

export { createFileReader } from './files.ts';
export { fitsVerifier, makeVerifier } from './secret-verifier.ts';
export { ensureFolder, writeDurably } from './run-store/file/durable-files.ts';
export { createFileRunStore } from './run-store/file/file-run-store.ts';
export { createS3RunStore } from './run-store/s3/s3-run-store.ts';
export type { S3RunStoreOptions } from './run-store/s3/s3-run-store.ts';
export type { StateStore } from './run-store/state-store.ts';
export { createSystem, newRunId, operator } from './system.ts';
export { createKubeTarget } from './kubernetes/create-kube-target.ts';
export type { KubeIdentity, KubeSettings, KubeTarget } from './kubernetes/create-kube-target.ts';
export { createAwsTarget } from './aws/create-aws-target.ts';
export type { AwsTarget } from './aws/create-aws-target.ts';
export type { AwsSettings } from './aws/settings.ts';
export { createEtcdClient, createEtcdReader } from './etcd/etcd-client.ts';
export {
  assertLockFree,
  assertRunLock,
  dropRunLock,
  runLockPermissions,
  takeRunLock,
} from './kubernetes/run-lock.ts';
export { readRunLock } from './kubernetes/held-lock.ts';
export type { HeldLock } from './kubernetes/held-lock.ts';
export type { LockingRun, RunLock, RunPlace } from './kubernetes/run-lock.ts';
