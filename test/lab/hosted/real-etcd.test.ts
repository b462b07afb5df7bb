// What the lab does with a real etcd: a member with the pod's tools, a snapshot that comes back whole in another member, and one
// that is damaged and never counts as data.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ChildProcesses,
  freePorts,
  isEtcdHealthy,
  startEtcdMember,
  writeEtcdFiles,
  type EtcdFiles,
} from '../../../src/lab/envtest/index.ts';
import { etcdTools } from '../../../src/lab/hosted/envtest/etcd-tools.ts';
import { MountedFiles } from '../../../src/lab/hosted/envtest/mounted-files.ts';
import { restoreSnapshot } from '../../../src/lab/hosted/envtest/restore-snapshot.ts';
import { runCommand } from '../../../src/lab/kubelet/shell.ts';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { areMissing, binaries } from '../envtest/real-servers.ts';

const LIMIT_MS = 120_000;
const TLS = ['--cacert=/tls/ca.crt', '--cert=/tls/client.crt', '--key=/tls/client.key'];

describe.skipIf(areMissing)(
  'a real etcd (skipped where it is absent)',
  { timeout: LIMIT_MS },
  () => {
    let folder: string;
    let processes: ChildProcesses;
    let tls: EtcdFiles;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'drctl-etcd-'));
      processes = new ChildProcesses(folder);
      tls = await writeEtcdFiles(folder, await createCertificateAuthority({ name: 'etcd' }));
    });
    afterAll(async () => {
      await processes.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** A member, and a shell in its pod. */
    async function startMember(name: string, peerPort: number) {
      if (binaries === undefined) throw new Error('etcd is not here');
      const [clientPort = 0] = await freePorts(1);
      const volume = join(folder, name);
      const member = await startEtcdMember({
        program: binaries.etcd,
        processes,
        name: 'etcd-0',
        logName: name,
        dataDir: join(volume, 'data'),
        files: tls,
        clientPort,
        peerPort,
        initialCluster: new Map([['etcd-0', `https://127.0.0.1:${peerPort}`]]),
      });
      const endpoint = `https://127.0.0.1:${clientPort}`;
      const [ca, cert, key] = await Promise.all(
        [tls.caFile, tls.certFile, tls.keyFile].map((path) => readFile(path, 'utf8')),
      );
      const client = { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
      await member.becomesReady(() => isEtcdHealthy(endpoint, client));
      const files = new MountedFiles({
        folders: { '/var/lib': volume },
        files: {
          '/tls/ca.crt': tls.caFile,
          '/tls/client.crt': tls.certFile,
          '/tls/client.key': tls.keyFile,
        },
      });
      const tools = etcdTools({ binaries, files, endpoint, folder, onSnapshot: () => undefined });
      const context = { files, folders: ['/var/lib'], volumeBytes: 1024 ** 3, tools };
      return {
        files,
        etcdctl: (...words: string[]) =>
          runCommand(['etcdctl', ...TLS, '--endpoints=https://localhost:2379', ...words], context),
        sh: (...words: string[]) => runCommand(words, context),
      };
    }

    function restored(content: Buffer, dataDir: string, peerPort: number): Promise<void> {
      if (binaries === undefined) throw new Error('etcd is not here');
      const initialCluster = new Map([['etcd-0', `https://127.0.0.1:${peerPort}`]]);
      const scratch = join(folder, 'scratch');
      return restoreSnapshot({
        content,
        binaries,
        scratch,
        dataDir,
        name: 'etcd-0',
        initialCluster,
      });
    }

    it('comes back whole from its snapshot, revision included, in a member of another address', async () => {
      const [first = 0, second = 0] = await freePorts(2);
      const source = await startMember('source', first);
      await source.etcdctl('put', '/registry/a', '1');
      await source.etcdctl('put', '/registry/b', '2');
      const saved = await source.etcdctl('snapshot', 'save', '/var/lib/x.db');
      expect([saved.code, saved.stdout.toString()]).toEqual([
        0,
        'Snapshot saved at /var/lib/x.db\n',
      ]);
      await source.etcdctl('put', '/registry/late', '3');
      const content = source.files.read('/var/lib/x.db') ?? Buffer.alloc(0);
      expect(content.length % 512).toBe(32);
      await mkdir(join(folder, 'destination'));
      await restored(content, join(folder, 'destination', 'data'), second);
      const destination = await startMember('destination', second);
      const keys = await destination.etcdctl('get', '/registry', '--prefix', '--keys-only');
      expect(keys.stdout.toString().split('\n').filter(Boolean)).toEqual([
        '/registry/a',
        '/registry/b',
      ]);
      const status = await destination.etcdctl('endpoint', 'status', '-w', 'json');
      expect(JSON.parse(status.stdout.toString())).toMatchObject([
        { Status: { header: { revision: 3 } } },
      ]);
    });

    it('tells its pod what has happened since a revision, and ends when the pod says so', async () => {
      const [port = 0] = await freePorts(1);
      const member = await startMember('watched', port);
      await member.etcdctl('put', '/registry/a', '1');
      await member.etcdctl('del', '/registry/a');
      const words = 'watch --rev=2 --prefix -w json --endpoints=https://localhost:2379'.split(' ');
      const found = await member.sh('timeout', '1', 'etcdctl', ...TLS, ...words, '');
      expect(found.code).toBe(124);
      const answer = JSON.parse(found.stdout.toString()) as { Events: { type?: number }[] };
      expect(answer.Events.map(({ type }) => type ?? 0)).toEqual([0, 1]);
    });

    it('of which a snapshot is damaged leaves nothing that would count as data', async () => {
      const dataDir = join(folder, 'damaged');
      await expect(restored(Buffer.alloc(4 * 512 + 32, 7), dataDir, 1)).rejects.toThrow(
        'snapshot restore',
      );
      expect(existsSync(dataDir)).toBe(false);
      expect((await readdir(folder)).filter((name) => name.endsWith('.db'))).toEqual([]);
    });
  },
);
