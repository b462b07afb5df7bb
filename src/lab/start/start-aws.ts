// The lab's AWS: a bucket for backups, the public bucket with the OIDC documents, and the zones. Who serves them is a
// choice; what is in them is not.

import type { ChildProcesses } from '../envtest/index.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import type { Settings } from '../world/settings.ts';
import { startEmbeddedAws } from './embedded-aws.ts';
import type { LabAws } from './lab-aws.ts';
import { startMotoAws } from './moto-aws.ts';

export function startAws(
  authority: CertificateAuthority,
  settings: Settings,
  processes: ChildProcesses,
): Promise<LabAws> {
  return settings.aws === 'moto'
    ? startMotoAws(authority, settings, processes)
    : startEmbeddedAws(authority, settings);
}
