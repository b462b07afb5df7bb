// Proxies in front of all servers that a lab's env file names, and a storm of mixed faults that is the same for the same
// seed as far as the calls come in the same order.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { startFaultProxy } from './fault-proxy.ts';
import type { Fault, FaultProxy, ProxiedCall } from './fault-proxy.ts';

export interface ProxiedLab {
  readonly source: FaultProxy;
  readonly destination: FaultProxy;
  readonly aws: FaultProxy;
  /** The lab's values, leading through the proxies. */
  readonly envFile: string;
  /**
   * The runbook, made to sign URLs for the server itself: etcd's pods trust the lab's authority, not the proxy's. Gives
   * the path of the copy.
   */
  adapted(runbook: string): Promise<string>;
  faults(): number;
  heal(): void;
  close(): Promise<void>;
}

/** `dir`: the lab's state folder, whose files are read; the new ones are written beside them. */
export async function proxyLab(dir: string): Promise<ProxiedLab> {
  const side = async (name: string): Promise<FaultProxy> => {
    const text = await readFile(path.join(dir, `${name}.kubeconfig`), 'utf8');
    const config = parse(text) as {
      clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    };
    const cluster = config.clusters[0]?.cluster;
    if (cluster === undefined) throw new Error(`${name}.kubeconfig has no cluster`);
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
    const proxy = await startFaultProxy({ url: cluster.server, ca });
    await writeFile(path.join(dir, `${name}-proxied.kubeconfig`), proxy.kubeconfig(text));
    return proxy;
  };
  const lab = await readFile(path.join(dir, 'lab.env'), 'utf8');
  const url = /^LAB_AWS_ENDPOINT_URL="(.*)"$/m.exec(lab)?.[1] ?? '';
  const source = await side('source');
  const destination = await side('destination');
  const ca = await readFile(path.join(dir, 'ca.crt'), 'utf8');
  const aws = await startFaultProxy({ url, ca });
  const caBundle = path.join(dir, 'proxy-ca.crt');
  await writeFile(caBundle, aws.ca);
  const envFile = path.join(dir, 'proxied.env');
  await writeFile(
    envFile,
    lab
      .replaceAll('/source.kubeconfig"', '/source-proxied.kubeconfig"')
      .replaceAll('/destination.kubeconfig"', '/destination-proxied.kubeconfig"')
      .replaceAll(url, aws.url)
      .replace(/^(LAB_AWS_CA_BUNDLE|AWS_CA_BUNDLE)=.*$/gm, `$1="${caBundle}"`),
  );
  const all = [source, destination, aws];
  return {
    source,
    destination,
    aws,
    envFile,
    async adapted(runbook) {
      const text = await readFile(runbook, 'utf8');
      const target = / {2}aws:\n(?: {4}.*\n)+/.exec(text)?.[0] ?? '';
      const direct = target
        .replace('  aws:', '  aws-itself:')
        .replace(/endpoint: .*/, `endpoint: ${url}`)
        .replace(/caBundle: .*/, `caBundle: ${path.join(dir, 'ca.crt')}`);
      const signed = text
        .replace(target, target + direct)
        .replaceAll(/(action: s3\.presign\n\s+with:\n\s+target: )aws\n/g, '$1aws-itself\n');
      const file = path.join(dir, 'proxied-runbook.yaml');
      await writeFile(file, signed);
      return file;
    },
    faults: () => all.reduce((sum, proxy) => sum + proxy.faults(), 0),
    heal: () => {
      for (const proxy of all) proxy.heal();
    },
    close: async () => {
      await Promise.all(all.map((proxy) => proxy.close()));
    },
  };
}

/** [0, 1): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `share` of all calls meet one of the faults that a server, or what stands before it, has in a bad hour. */
export function storm(
  random: () => number,
  share: number,
): (call: ProxiedCall) => Fault | undefined {
  return (call) => {
    if (random() >= share) return undefined;
    const isAws = call.headers['x-amz-date'] !== undefined;
    const kinds = isAws ? awsFaults : kubeFaultsOf(call);
    return kinds[Math.floor(random() * kinds.length)];
  };
}

const transport: readonly Fault[] = [
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'cut-answer', bytes: 50 },
  { kind: 'delay', ms: 300 },
  { kind: 'answer', status: 502, body: '<html>Bad Gateway</html>' },
];

/** No server answers a mere read with 409, or anything but a list or a watch with 410. */
function kubeFaultsOf({ method, query }: ProxiedCall): readonly Fault[] {
  if (method !== 'GET') return [...kubeFaults, answer(409, 'Conflict')];
  return query.has('watch') || query.has('limit')
    ? [...kubeFaults, answer(410, 'Expired')]
    : kubeFaults;
}

const kubeFaults: readonly Fault[] = [
  ...transport,
  answer(500, 'InternalError'),
  answer(503, 'ServiceUnavailable'),
  { kind: 'answer', status: 429, headers: { 'retry-after': '1' } },
];

const awsFaults: readonly Fault[] = [
  ...transport,
  awsAnswer(503, 'SlowDown'),
  awsAnswer(400, 'Throttling'),
  awsAnswer(400, 'PriorRequestNotComplete'),
  awsAnswer(500, 'InternalError'),
];

function answer(status: number, reason: string): Fault {
  const body = { kind: 'Status', status: 'Failure', code: status, reason, message: `a ${reason}` };
  return { kind: 'answer', status, body: JSON.stringify(body) };
}

function awsAnswer(status: number, code: string): Fault {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>of the storm</Message></Error>`;
  return { kind: 'answer', status, headers: { 'content-type': 'application/xml' }, body };
}
