/*
 * RBAC on the embedded server.
 */
import { describeRbac, limited } from './rbac.suite.ts';
import { adminToken, startServer } from './start-server.ts';

describeRbac('embedded', async () => {
  const admin = { token: adminToken, user: 'admin', groups: ['system:masters'] };
  const { server, connection } = await startServer({ access: 'rbac', tokens: [admin, limited] });
  return { connection, close: () => server.close() };
});
