// RBAC on a real server, by the same suite.

import { describe } from 'vitest';
import { describeRbac, limited } from '../kube/rbac.suite.ts';
import { startRealServer } from './real-server.ts';
import { areMissing } from './real-servers.ts';

describe.skipIf(areMissing)('a real server (skipped where its programs are absent)', () => {
  describeRbac('real', () => startRealServer({ tokens: [limited] }));
});
