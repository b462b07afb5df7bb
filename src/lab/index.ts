// The lab's door: a rehearsal environment of two management clusters, a hosted cluster, S3 and Route53 on loopback.

export * from './lab-types.ts';
export { connectLab } from './daemon/connect-lab.ts';
export { clearDeadLab } from './daemon/state-files.ts';
export { isCount, MOST } from './world/settings.ts';
export { startLab } from './start-lab.ts';
