// The lab's servers under a client that nobody here wrote: the AWS command line, over TLS. Skipped where it is not installed.

import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificateAuthority } from '../../../src/lab/tls/index.ts';
import { credentials, region, startLabAws } from './start.ts';
import type { LabAws } from './start.ts';

const run = promisify(execFile);
const hasCli = isInstalled('aws');

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasCli)('the aws command line', () => {
  let lab: LabAws;
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drctl-aws-cli-'));
    const authority = await createCertificateAuthority();
    await writeFile(join(folder, 'ca.crt'), authority.cert);
    lab = await startLabAws({
      tls: await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] }),
    });
    lab.server.createBucket('backups', { versioned: true });
    lab.server.createZone({ id: 'Z1', name: 'example.com' });
  });
  afterAll(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function aws(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('aws', ['--endpoint-url', lab.server.url, ...args], {
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_CA_BUNDLE: join(folder, 'ca.crt'),
      },
    });
    return stdout;
  }

  test('a file copied in parts comes back the same, and is listed', async () => {
    const content = randomBytes(18_000_000);
    await writeFile(join(folder, 'in'), content);
    await aws('s3', 'cp', '--no-progress', join(folder, 'in'), 's3://backups/a/etcd.db');
    expect(await aws('s3', 'ls', 's3://backups/')).toContain('PRE a/');
    expect(await aws('s3', 'ls', 's3://backups/a/')).toMatch(/18000000 etcd\.db/);
    await aws('s3', 'cp', '--no-progress', 's3://backups/a/etcd.db', join(folder, 'out'));
    expect(content.equals(await readFile(join(folder, 'out')))).toBe(true);
  });

  test('record sets are written and listed', async () => {
    const batch = {
      Changes: [
        {
          Action: 'CREATE',
          ResourceRecordSet: {
            Name: '*.apps.example.com',
            Type: 'A',
            TTL: 60,
            ResourceRecords: [{ Value: '192.0.2.7' }],
          },
        },
      ],
    };
    const zone = ['--hosted-zone-id', 'Z1'];
    await aws(
      'route53',
      'change-resource-record-sets',
      ...zone,
      '--change-batch',
      JSON.stringify(batch),
    );
    const listed = JSON.parse(
      await aws('route53', 'list-resource-record-sets', ...zone, '--output', 'json'),
    ) as { ResourceRecordSets: readonly { Name: string }[] };
    expect(listed.ResourceRecordSets.map(({ Name }) => Name)).toContain('\\052.apps.example.com.');
    const who = await aws('sts', 'get-caller-identity', '--output', 'text', '--query', 'Arn');
    expect(who.trim()).toBe(`arn:aws:iam::000000000000:user/${credentials.accessKeyId}`);
  });
});
