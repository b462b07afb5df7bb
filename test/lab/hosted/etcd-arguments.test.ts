// What a command line of etcdctl in a pod may name: the pod's files and the pod's member, and nothing of this machine.

import { describe, expect, it } from 'vitest';
import { translateArguments } from '../../../src/lab/hosted/envtest/etcd-arguments.ts';

const endpoint = 'https://127.0.0.1:34567';
const surroundings = {
  endpoint,
  hostPath: (path: string) => (path.startsWith('/var/lib/') ? `/host${path}` : undefined),
};

const translated = (line: string): readonly string[] | string => {
  const found = translateArguments(line.split(' '), surroundings);
  return typeof found === 'string' ? found : found.args;
};

describe('a command line of etcdctl', () => {
  it('names the pod’s files and member in this machine’s terms, and the answer in the pod’s', () => {
    const line =
      '--cacert=/var/lib/ca --endpoints=https://localhost:2379 snapshot save /var/lib/x.db';
    const found = translateArguments(line.split(' '), surroundings);
    expect(found).toMatchObject({
      args: [
        `--endpoints=${endpoint}`,
        'snapshot',
        'save',
        '/host/var/lib/x.db',
        '--cacert',
        '/host/var/lib/ca',
      ],
    });
    const back = typeof found === 'string' ? undefined : found.back;
    expect(back?.('Snapshot saved at /host/var/lib/x.db')).toBe('Snapshot saved at /var/lib/x.db');
    expect(back?.(`dialed ${endpoint}`)).toBe('dialed https://localhost:2379');
  });

  it('leaves keys and values as they are, whatever they look like', () => {
    expect(translated('get /registry/secrets --prefix')).toEqual([
      `--endpoints=${endpoint}`,
      'get',
      '/registry/secrets',
      '--prefix',
    ]);
    expect(translated('--cert /var/lib/c put /etc/passwd https://elsewhere:2379')).toEqual([
      `--endpoints=${endpoint}`,
      'put',
      '/etc/passwd',
      'https://elsewhere:2379',
      '--cert',
      '/host/var/lib/c',
    ]);
  });

  it.each(['get machine', 'put pod was-here', 'endpoint status -w json', 'member list'])(
    '%s goes to the pod’s own member, also where no endpoint is named',
    (line) => {
      expect(translated(line)).toContain(`--endpoints=${endpoint}`);
    },
  );

  it.each([
    ['snapshot save /etc/cron.d/x', 'no such file'],
    ['snapshot save /var/lib/../../etc/x', 'no way up'],
    ['snapshot status ../x.db', 'no way up'],
    ['snapshot save a/b', 'no such file'],
    ['--cacert=/etc/passwd get a', 'no such file'],
    ['--cacert /etc/passwd get a', 'no such file'],
    ['--cacert passwd get a', 'no such file'],
    ['--endpoints=https://10.0.0.1:2379 get a', 'no such host'],
    ['--endpoints=https://localhost:6443 get a', 'no such host'],
    ['--endpoints https://elsewhere:2379,https://localhost:2379 get a', 'no such host'],
    ['--endpoints=127.0.0.1:23790,x get a', 'no such host'],
    ['--endpoints=127.0.0.1:23790, get a', 'no such host'],
    ['--endpoints HTTP://127.0.0.1:23790/ get a', 'no such host'],
    ['endpoint status --discovery-srv example.com', 'unknown flag'],
    ['--discovery-srv=example.com:53 get a', 'unknown flag'],
    ['-d example.com get a', 'unknown flag'],
    ['--config-file /etc/passwd get a', 'unknown flag'],
    ['--insecure-transport get a', 'unknown flag'],
    ['watch a -- sh -c true', 'unknown flag'],
    ['lock a sh', 'only version'],
    ['make-mirror https://elsewhere:2379', 'only version'],
  ])('%s is refused', (line, because) => {
    expect(translated(line)).toContain(because);
  });
});
