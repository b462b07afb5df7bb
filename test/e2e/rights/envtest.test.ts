// Against real kube-apiservers with RBAC: what they grant, and what their audit logs say was asked of them.

import { describe } from 'vitest';
import { areMissing } from '../../lab/envtest/real-servers.ts';
import { describeWholeRunbook } from './whole-runbook.ts';

describe.skipIf(areMissing)('on real API servers', () => {
  describeWholeRunbook({ backend: 'envtest' });
});
