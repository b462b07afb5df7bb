// The whole shipped runbook on whole labs, by the built program. Each lab judges for itself: `lab check` compares the end
// state with what must be, hosted data key by key, and lists every violation that happened on the way.
import { afterEach, describe, it } from 'vitest';
import { mustSucceed, openWorkbench, runbook } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const TEST_LIMIT_MS = 600_000;

let bench: Workbench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const worlds: readonly { readonly name: string; readonly flags: readonly string[] }[] = [
  { name: 'a single etcd member', flags: [] },
  { name: 'three etcd members and three node pools', flags: ['--ha', '--node-pools', '3'] },
  { name: 'a dead external-dns on the source', flags: ['--external-dns-dead'] },
  { name: 'public and private endpoints', flags: ['--endpoint-access', 'PublicAndPrivate'] },
  { name: 'private endpoints only', flags: ['--endpoint-access', 'Private'] },
];

describe('the hosted cluster moves, nothing else is touched, no data is lost', () => {
  it.each(worlds)('with $name', { timeout: TEST_LIMIT_MS }, async ({ flags }) => {
    bench = await openWorkbench(...flags);
    await mustSucceed(bench, 'plan', runbook, ...bench.env);
    await mustSucceed(bench, 'apply', runbook, ...bench.env, '--auto-approve');
    await mustSucceed(bench, 'lab', 'check');
  });

  it('control plane only, the nodes left as they are', { timeout: TEST_LIMIT_MS }, async () => {
    bench = await openWorkbench();
    await mustSucceed(
      bench,
      'apply',
      runbook,
      ...bench.env,
      '--set',
      'RESTORE_NODES=false',
      '--auto-approve',
    );
    await mustSucceed(bench, 'lab', 'check', '--expect', 'control-plane-only');
  });
});
