/*
 * The embedded Kubernetes API server: the only door to this folder.
 */
export { ExecEndpoint } from './exec.ts';
export {
  NoSuchContainerError,
  type ExecHandler,
  type ExecRequest,
  type ExecStreams,
} from './exec-handler.ts';
export type { Access, AccessAttributes } from './reviews.ts';
export {
  startKubeServer,
  type KubeServer,
  type KubeServerOptions,
  type TokenUser,
} from './server.ts';
export type { Storage, StoreEvent } from './storage.ts';
export type { KubeObject, ObjectMeta, OwnerReference } from './objects.ts';
