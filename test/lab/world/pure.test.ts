// Rules of the lab's controllers that need no world: what pauses, who owns a name, what a snapshot file is, what a pod's
// shell understands.

import { describe, expect, it } from 'vitest';
import { planRecords, settingsFromArgs } from '../../../src/lab/controllers/dns/desired-records.ts';
import { pauseOf } from '../../../src/lab/controllers/hypershift/pause.ts';
import { etcdTools } from '../../../src/lab/hosted/embedded/etcd-commands.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../src/lab/hosted/embedded/snapshot-file.ts';
import type { CommandContext } from '../../../src/lab/kubelet/command.ts';
import { MemoryFiles } from '../../../src/lab/kubelet/pod-files.ts';
import { runCommand } from '../../../src/lab/kubelet/shell.ts';

const ownedBy = (owner: string) => [
  { name: 'api.hc.example.com', type: 'A', values: [], aliasTo: 'lb.aws' },
  ...['api-external-dns.hc.example.com', 'cname-api-external-dns.hc.example.com'].map((name) => ({
    name,
    type: 'TXT',
    ttl: 300,
    values: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=route/a/b"`],
  })),
];

const context = (): CommandContext => ({
  files: new MemoryFiles([
    ['/var/lib/a.db', Buffer.from([0, 255, 10, 13])],
    ['/ca', Buffer.from('ca')],
  ]),
  folders: ['/var/lib', '/tmp'],
  volumeBytes: 1024 * 1024,
  tools: etcdTools({
    memberId: 1,
    snapshot: () => encodeSnapshot({ content: undefined, revision: 7, encryptionKey: undefined }),
    status: () => ({ revision: 7, sizeBytes: 100 }),
    changesSince: () => [{ revision: 7, isRemoval: true }],
  }),
});

const run = async (argv: readonly string[], on = context()) => {
  const { code, stdout, stderr } = await runCommand(argv, on);
  return { code, stdout: stdout.toString(), stderr };
};

describe('pausedUntil', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['true', true],
    ['True', true],
    ['false', false],
    ['2026-06-01T00:00:00Z', true],
    ['2026-06-01T00:00:00+02:00', true],
    ['2025-06-01T00:00:00Z', false],
    ['2026-06-01T00:00:00', false],
  ])('%s pauses: %s', (value, paused) => {
    expect(pauseOf(value, now).paused).toBe(paused);
  });
});

describe('external-dns', () => {
  const settings = settingsFromArgs([
    '--provider=aws',
    '--registry=txt',
    '--txt-owner-id=me',
    '--txt-suffix=-external-dns',
    '--domain-filter=hc.example.com',
  ]);
  const endpoint = { hostname: 'api.hc.example.com', target: 'lb.aws', resource: 'route/a/b' };
  const plan = (wanted: boolean, records: ReturnType<typeof ownedBy>) => {
    if (settings === undefined) throw new Error('The arguments were not understood');
    return planRecords(wanted ? [endpoint] : [], records, settings);
  };

  it('publishes a name with both of its owner records', () => {
    expect(plan(true, []).map(({ action, record }) => [action, record.type, record.name])).toEqual([
      ['UPSERT', 'A', 'api.hc.example.com'],
      ['UPSERT', 'TXT', 'api-external-dns.hc.example.com'],
      ['UPSERT', 'TXT', 'cname-api-external-dns.hc.example.com'],
    ]);
  });

  it('has nothing to do when its records are there', () => {
    expect(plan(true, ownedBy('me'))).toEqual([]);
  });

  it('never touches a name of another owner, wanted or not', () => {
    expect(plan(true, ownedBy('other'))).toEqual([]);
    expect(plan(false, ownedBy('other'))).toEqual([]);
  });

  it('never takes over a record without an owner', () => {
    expect(plan(true, ownedBy('me').slice(0, 1))).toEqual([]);
  });

  it('removes its own records when the Route is gone', () => {
    expect(plan(false, ownedBy('me')).map(({ action }) => action)).toEqual([
      'DELETE',
      'DELETE',
      'DELETE',
    ]);
  });
});

describe('a snapshot file', () => {
  const file = encodeSnapshot({ content: '{"a":1}', revision: 42, encryptionKey: 'k' });

  it('is whole sectors and a hash, and says what it holds', () => {
    expect(file.length % 512).toBe(32);
    expect(decodeSnapshot(file)).toEqual({ content: '{"a":1}', revision: 42, encryptionKey: 'k' });
  });

  it('is refused when cut short or changed', () => {
    expect(() => decodeSnapshot(file.subarray(0, -1))).toThrow('missing hash');
    const changed = Buffer.from(file);
    changed[5] = 0;
    expect(() => decodeSnapshot(changed)).toThrow('sha256');
  });
});

describe('the shell of a pod', () => {
  const tls = ['--cacert', '/ca', '--cert', '/ca', '--key=/ca'];

  it('gives bytes as they are', async () => {
    expect((await runCommand(['cat', '/var/lib/a.db'], context())).stdout).toEqual(
      Buffer.from([0, 255, 10, 13]),
    );
  });

  it.each([
    [['stat', '-c', '%s', '/var/lib/a.db'], 0, '4\n'],
    [['sh', '-c', 'test -f /var/lib/a.db && echo yes || echo no'], 0, 'yes\n'],
    [['sh', '-c', 'test -f "/var/lib/b.db" && echo yes || echo no'], 0, 'no\n'],
    [['sh', '-ec', "cat /nowhere 2>/dev/null; echo 'not reached'"], 1, ''],
    [['df', '-B1', '--output=avail', '/var/lib'], 0, 'Avail\n1048570\n'],
    [['rm', '-f', '/nowhere'], 0, ''],
    [['ls', '/var/lib'], 0, 'a.db\n'],
  ])('%j', async (argv, code, stdout) => {
    expect(await run(argv)).toMatchObject({ code, stdout });
  });

  it('refuses what it does not understand, instead of guessing', async () => {
    expect(await run(['sh', '-c', 'cat /a | gzip'])).toMatchObject({ code: 2 });
    expect(await run(['curl', 'https://x'])).toMatchObject({ code: 127 });
  });

  it('answers etcdctl only with the member’s own certificates', async () => {
    const health = ['endpoint', 'health', '-w', 'json'];
    expect((await run(['env', 'ETCDCTL_API=3', 'etcdctl', ...tls, ...health])).code).toBe(0);
    expect((await run(['etcdctl', ...health])).code).toBe(1);
    expect((await run(['etcdctl', '--cacert=/old/ca', '--cert=/ca', ...health])).stderr).toContain(
      '/old/ca',
    );
  });

  it('saves a snapshot where a folder is, and nowhere else', async () => {
    const on = context();
    expect((await run(['etcdctl', ...tls, 'snapshot', 'save', '/nowhere/x.db'], on)).code).toBe(1);
    expect((await run(['etcdctl', ...tls, 'snapshot', 'save', '/tmp/x.db'], on)).code).toBe(0);
    const status = await run(['etcdutl', 'snapshot', 'status', '/tmp/x.db', '-w', 'json'], on);
    expect(JSON.parse(status.stdout)).toMatchObject({ revision: 7 });
  });
});
