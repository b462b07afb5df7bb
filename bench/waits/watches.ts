// Waits over a watch, one after the other in one run of drctl, on the lab's API server in this process: it knows when a
// watch has begun, and when the object that is waited for is created. drctl's journal knows when the run has gone on.

import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { createRaw } from '../objects/raw-calls.ts';
import { secretsOf } from '../objects/secrets.ts';
import { runCommand } from '../measure/command.ts';
import { momentOf, readJournal } from '../measure/journal.ts';
import { median } from '../measure/median.ts';
import type { BenchContext } from '../suite.ts';

const TOKEN = 'token-of-the-benchmark';
const namespace = 'default';

/** From the request that makes a condition true, as it comes to the server, to the record that the next step has begun. */
export async function measureWatches(
  context: BenchContext,
  tries: number,
): Promise<{ readonly medianMs: number; readonly worstMs: number }> {
  const secrets = secretsOf(namespace, tries);
  const authority = await createCertificateAuthority();
  const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
  const createdMs: number[] = [];
  const creations: Promise<void>[] = [];
  let watches = 0;
  const server = await startKubeServer({
    name: 'waits',
    tls: { ...tls, ca: authority.cert },
    tokens: [{ token: TOKEN, user: 'admin', groups: ['system:masters'] }],
    audit: ({ verb, resource }) => {
      if (resource !== 'secrets') return;
      if (verb === 'create') createdMs.push(Date.now());
      if (verb !== 'watch') return;
      const secret = secrets[watches];
      watches += 1;
      if (secret !== undefined) creations.push(createRaw(here, [secret], 1));
    },
  });
  const folder = await mkdtemp(path.join(context.folder, 'watches-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  const here = {
    url: server.url,
    token: TOKEN,
    ca: authority.cert,
    kubeconfig,
    close: server.close,
  };
  try {
    await writeFile(kubeconfig, server.kubeconfig({ token: TOKEN }), { mode: 0o600 });
    await writeFile(
      path.join(folder, 'runbook.yaml'),
      JSON.stringify(runbookOf(kubeconfig, secrets)),
    );
    const args = ['apply', 'runbook.yaml', '--auto-approve', '--quiet'];
    await runCommand([...context.drctl, ...args], { cwd: folder, limitSeconds: 120 });
    await Promise.all(creations);
  } finally {
    await server.close();
  }
  const events = await readJournal(folder);
  const tookMs = createdMs.map(
    (ms, index) => momentOf(events, 'step.started', idOf(index + 1)) - ms,
  );
  if (tookMs.length !== tries) throw new Error(`${tookMs.length} of ${tries} waits were answered`);
  return { medianMs: median(tookMs), worstMs: Math.max(...tookMs) };
}

const idOf = (index: number): string => `wait-${index}`;

/** The last step only shows that the wait before it is over. */
function runbookOf(kubeconfig: string, secrets: ReturnType<typeof secretsOf>): object {
  const steps = secrets.map(({ metadata: { name } }, index) => ({
    id: idOf(index),
    action: 'k8s.wait',
    ...(index > 0 && { needs: [idOf(index - 1)] }),
    with: { target: 'here', apiVersion: 'v1', kind: 'Secret', namespace, name, for: 'present' },
  }));
  const last = {
    id: idOf(secrets.length),
    action: 'flow.values',
    needs: [idOf(secrets.length - 1)],
    with: { values: {} },
  };
  return {
    apiVersion: 'drctl.dev/v1',
    kind: 'Runbook',
    metadata: { name: 'waits', version: '1.0.0' },
    targets: { here: { type: 'kubernetes', kubeconfig } },
    phases: [{ id: 'only', title: 'The only one', steps: [...steps, last] }],
  };
}
