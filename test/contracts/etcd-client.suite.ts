// What every EtcdClient must do, the fake and the real adapter alike. A factory gives a client that reaches the healthy
// member etcd-0, at whose revision 100 a key expired, and the unhealthy member etcd-1.

import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EtcdClient, EtcdMember } from '../../src/actions/ports.ts';
import { contentOf } from './bucket-client.suite.ts';

const signal = new AbortController().signal;
const path = '/var/lib/drctl-test.db';

const member = (pod: string): EtcdMember => ({
  namespace: 'clusters-prod',
  pod,
  container: 'etcd',
});

export function etcdClientSuite(title: string, create: () => EtcdClient): void {
  describe(`EtcdClient: ${title}`, () => {
    const healthy = member('etcd-0');
    let etcd: EtcdClient;
    beforeEach(() => {
      etcd = create();
    });

    it('tells revision, size and version of a healthy member', async () => {
      const status = await etcd.status(healthy, signal);
      expect(status).toMatchObject({ pod: 'etcd-0', healthy: true, isLeader: true, revision: 100 });
      expect(status.version).toMatch(/^3\./);
      expect(status.dbSizeBytes).toBeGreaterThan(0);
    });

    it('answers for an unhealthy member, with the reason', async () => {
      const status = await etcd.status(member('etcd-1'), signal);
      expect(status).toMatchObject({ pod: 'etcd-1', healthy: false });
      expect(status.because).not.toBe('');
    });

    it('tells writes from keys that only went away', async () => {
      expect(await etcd.changesSince(healthy, { after: 98, upTo: 100 }, signal)).toEqual({
        writes: 1,
        removals: 1,
        upToRevision: 100,
      });
      expect(await etcd.changesSince(healthy, { after: 99, upTo: 100 }, signal)).toMatchObject({
        writes: 0,
        removals: 1,
      });
      expect(await etcd.changesSince(healthy, { after: 100, upTo: 100 }, signal)).toEqual({
        writes: 0,
        removals: 0,
        upToRevision: 100,
      });
    });

    it('saves a snapshot that comes out whole, and removes it', async () => {
      expect(await etcd.fileSizeBytes(healthy, path, signal)).toBeUndefined();
      await etcd.saveSnapshot(healthy, path, signal);
      await etcd.saveSnapshot(healthy, path, signal);
      const content = await contentOf(etcd.readFile(healthy, path, signal));
      expect(await etcd.fileSizeBytes(healthy, path, signal)).toBe(content.length);
      const [database, trailer] = [content.subarray(0, -32), content.subarray(-32)];
      expect(createHash('sha256').update(database).digest().equals(trailer)).toBe(true);
      await etcd.removeFile(healthy, path, signal);
      await etcd.removeFile(healthy, path, signal);
      expect(await etcd.fileSizeBytes(healthy, path, signal)).toBeUndefined();
    });

    it('refuses to save on an unhealthy member and to read a file that is not there', async () => {
      await expect(etcd.saveSnapshot(member('etcd-1'), path, signal)).rejects.toMatchObject({
        code: 'EXEC_FAILED',
      });
      await expect(contentOf(etcd.readFile(healthy, path, signal))).rejects.toMatchObject({
        code: 'EXEC_FAILED',
      });
    });

    it('tells how much room there is', async () => {
      expect(await etcd.freeBytes(healthy, '/var/lib', signal)).toBeGreaterThan(1024 ** 2);
    });
  });
}
