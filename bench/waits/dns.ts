// Three waits side by side for names in one zone of the lab's Route53, which takes as many requests a second as AWS does and
// refuses more: how often they look all together, and how soon they go on when the names are there.

import { EventEmitter, once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createAwsTarget } from '../../src/adapters/index.ts';
import { startAwsServer } from '../../src/lab/aws/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';
import { runCommand } from '../measure/command.ts';
import { momentOf, readJournal } from '../measure/journal.ts';
import { median } from '../measure/median.ts';
import type { BenchContext } from '../suite.ts';

const zone = 'Z1';
const region = 'us-east-1';
const names = ['a', 'b', 'c'].map((host) => `${host}.example.com`);
/** Those of planning: a plan and a second one right before the steps. They are not waits. */
const looksBefore = 2 * names.length;
/** So many looks are counted before the names appear. */
const looks = 12;

export async function measureDns(
  context: BenchContext,
): Promise<{ readonly looksPerSecond: number; readonly worstMs: number }> {
  const folder = await mkdtemp(path.join(context.folder, 'dns-'));
  const write = async (name: string, text: string): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const authority = await createCertificateAuthority();
  const lookedMs: number[] = [];
  let changedMs = Number.NaN;
  const counting = new EventEmitter();
  const server = await startAwsServer({
    tls: await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] }),
    credentials: [{ accessKeyId: 'bench', secretAccessKey: 'bench' }],
    region,
    dnsRequestsPerSecond: 5,
    fault: ({ method, path: asked }) => {
      if (method === 'GET' && asked.includes('/rrset')) lookedMs.push(performance.now());
      if (method === 'POST') changedMs = Date.now();
      if (lookedMs.length >= looksBefore + looks) counting.emit('enough');
      return undefined;
    },
  });
  const settings = {
    region,
    endpoint: server.url,
    credentialsFile: await write('credentials', credentials),
    caBundle: await write('ca.crt', authority.cert),
  };
  const target = createAwsTarget(settings);
  try {
    server.createZone({ id: zone, name: 'example.com' });
    await write('runbook.yaml', JSON.stringify(runbookOf(settings)));
    const args = ['apply', 'runbook.yaml', '--auto-approve', '--quiet'];
    const running = runCommand([...context.drctl, ...args], { cwd: folder, limitSeconds: 120 });
    // A run that fails makes no looks, and is what there is to tell.
    await Promise.race([once(counting, 'enough'), running]);
    const counted = lookedMs.slice(-looks);
    const gaps = counted.slice(1).map((ms, index) => ms - (counted[index] ?? ms));
    const changes = names.map((name) => ({
      action: 'CREATE' as const,
      record: { name, type: 'A', ttlSeconds: 60, values: ['192.0.2.1'] },
    }));
    const { signal } = new AbortController();
    await target.zoneClient.change(zone, changes, { comment: 'bench', signal });
    await running;
    const events = await readJournal(folder);
    const tookMs = names.map(
      (_, index) => momentOf(events, 'step.succeeded', idOf(index)) - changedMs,
    );
    return { looksPerSecond: 1000 / median(gaps), worstMs: Math.max(...tookMs) };
  } finally {
    target.close();
    await server.close();
  }
}

const credentials = '[default]\naws_access_key_id = bench\naws_secret_access_key = bench\n';

const idOf = (index: number): string => `wait-${index}`;

function runbookOf(settings: object): object {
  const steps = names.map((name, index) => ({
    id: idOf(index),
    action: 'dns.wait',
    with: { target: 'aws', zone, names: [name], until: 'present' },
  }));
  return {
    apiVersion: 'drctl.dev/v1',
    kind: 'Runbook',
    metadata: { name: 'waits', version: '1.0.0' },
    targets: { aws: { type: 'aws', ...settings } },
    phases: [{ id: 'only', title: 'The only one', steps }],
  };
}
