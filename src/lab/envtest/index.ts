// The door of the real servers: their programs, and the processes of them that a lab starts.

export { findBinaries, findOnPath, type Binaries } from './binaries.ts';
export { startApiServer, type ApiServer, type TokenUser } from './api-server.ts';
export { ChildProcesses, type Program } from './child-process.ts';
export {
  isEtcdHealthy,
  startEtcdMember,
  writeEtcdFiles,
  type EtcdConnection,
  type EtcdFiles,
} from './etcd-server.ts';
export { freePort, freePorts } from './free-ports.ts';
export { statusOf } from './https-get.ts';
export { startControlPlane, type ControlPlane } from './control-plane.ts';
