// A cluster with one etcd pod, whose snapshot is a file of this machine: the lab's API server, and in place of a container
// the few commands that drctl runs in one. A process of its own, so that its work is not the client's:
//
//   node etcd-pod.js SNAPSHOT KUBECONFIG       writes the kubeconfig, says "ready", and serves until its standard input ends

import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { createKubeTarget } from '../../src/adapters/index.ts';
import { startKubeServer } from '../../src/lab/kube/index.ts';
import type { ExecRequest, ExecStreams } from '../../src/lab/kube/index.ts';
import { createCertificateAuthority } from '../../src/lab/tls/index.ts';

const TOKEN = 'token-of-the-benchmark';
/** As much as a container runtime hands on at once, or more. */
const readBytes = 256 * 1024;

const [snapshot = '', kubeconfig = ''] = process.argv.slice(2);
const { size } = await stat(snapshot);
/** What a command says on its standard output; undefined: it fails, as for a file that is not there. */
type Answer = string | undefined;

let isSaved = false;
const status = JSON.stringify([
  {
    Status: {
      header: { member_id: 1, revision: 1 },
      version: '3.5.0',
      dbSize: size,
      leader: 1,
    },
  },
]);

async function run({ command }: ExecRequest, streams: ExecStreams): Promise<number> {
  const [program = '', ...args] = command[0] === 'env' ? command.slice(2) : command;
  if (program === 'cat') {
    for await (const chunk of createReadStream(snapshot, { highWaterMark: readBytes })) {
      await streams.stdout(chunk as Buffer);
    }
    return 0;
  }
  const answer = (answers[program] ?? unknown)(args);
  if (answer !== undefined) await streams.stdout(Buffer.from(answer));
  else await streams.stderr(Buffer.from('No such file or directory'));
  return answer === undefined ? 1 : 0;
}

const unknown = (): Answer => undefined;

const answers: Readonly<Record<string, (args: readonly string[]) => Answer>> = {
  etcdctl: (args) => {
    if (args.includes('save')) isSaved = true;
    return args.includes('status') ? status : 'ok';
  },
  stat: (args) => {
    if (args.at(-1)?.startsWith('/etc/') === true) return '1000\n';
    return isSaved ? `${size}\n` : undefined;
  },
  df: () => `Filesystem 1024-blocks Used Available\n/dev/vda 999999999 0 999999999 0% /var/lib\n`,
  rm: () => {
    isSaved = false;
    return '';
  },
};

const authority = await createCertificateAuthority();
const tls = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
const server = await startKubeServer({
  name: 'bench',
  tls: { ...tls, ca: authority.cert },
  tokens: [{ token: TOKEN, user: 'admin', groups: ['system:masters'] }],
  exec: run,
});
await writeFile(kubeconfig, server.kubeconfig({ token: TOKEN }), { mode: 0o600 });
const target = createKubeTarget({ kubeconfig });
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'etcd-0', namespace: 'default', labels: { app: 'etcd' } },
  spec: { containers: [{ name: 'etcd', image: 'etcd' }] },
};
await target.client.create(pod, new AbortController().signal);
target.close();
process.stdout.write('ready\n');
process.stdin.resume().on('end', () => process.exit(0));
