// The built-in actions: one list that can be read. Importing an action registers nothing.

import type { Action } from '../engine/index.ts';
import { backupFetch } from './backup/fetch.ts';
import { backupFind } from './backup/find.ts';
import { backupRecord } from './backup/record.ts';
import { dnsAssert } from './dns/assert.ts';
import { dnsUpdate } from './dns/update.ts';
import { dnsWait } from './dns/wait.ts';
import { etcdHealth } from './etcd/health.ts';
import { etcdSnapshot } from './etcd/snapshot.ts';
import { etcdVerify } from './etcd/verify.ts';
import { flowApprove } from './flow/approve.ts';
import { flowSleep } from './flow/sleep.ts';
import { flowValues } from './flow/values.ts';
import { k8sApply } from './k8s/apply.ts';
import { k8sAssert } from './k8s/assert.ts';
import { k8sDelete } from './k8s/delete.ts';
import { k8sExec } from './k8s/exec.ts';
import { k8sExport } from './k8s/export.ts';
import { k8sGet } from './k8s/get.ts';
import { k8sList } from './k8s/list.ts';
import { k8sPatch } from './k8s/patch.ts';
import { k8sRestore } from './k8s/restore.ts';
import { k8sScale } from './k8s/scale.ts';
import { k8sWait } from './k8s/wait.ts';
import { s3Assert } from './s3/assert.ts';
import { s3Download } from './s3/download.ts';
import { s3Presign } from './s3/presign.ts';
import { s3Upload } from './s3/upload.ts';
import type { DrPorts } from './ports.ts';

export type { Places } from './by-hand/commands-by-hand.ts';
export { commandsByHand } from './by-hand/commands-by-hand.ts';
export { foresee } from './foreseen/foresee.ts';
export type * from './ports.ts';
export type { ScaleNote } from './k8s/support/scale-note.ts';
export { scaleNoteOf, takeReplicasBack } from './k8s/support/scale-note.ts';
export { replicasOf } from './k8s/support/scale-record.ts';

export const builtinActions: readonly Action<DrPorts>[] = [
  k8sGet,
  k8sList,
  k8sAssert,
  k8sWait,
  k8sApply,
  k8sPatch,
  k8sScale,
  k8sDelete,
  k8sExport,
  k8sRestore,
  k8sExec,
  etcdHealth,
  etcdSnapshot,
  etcdVerify,
  s3Upload,
  s3Download,
  s3Presign,
  s3Assert,
  backupRecord,
  backupFind,
  backupFetch,
  dnsUpdate,
  dnsWait,
  dnsAssert,
  flowApprove,
  flowSleep,
  flowValues,
];
