// The real adapter against moto_server, filled anew for each test with what the contracts ask for.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAwsTarget } from '../../../src/adapters/index.ts';
import type { AwsSettings, AwsTarget } from '../../../src/adapters/index.ts';
import { createBucket } from '../../../src/lab/moto/buckets.ts';
import { createZone } from '../../../src/lab/moto/zones.ts';
import { startMoto, type RealMoto } from '../../lab/real/moto.ts';
import { profileText } from './target.ts';

/** That of the lab's client, which makes the buckets. */
export const region = 'us-west-1';

export interface MotoTarget {
  readonly target: AwsTarget;
  readonly settings: AwsSettings;
  readonly zoneId: string;
  close(): Promise<void>;
}

/** One server for many tests, which come one after the other. */
export class MotoTargets {
  private moto: RealMoto | undefined;

  async start(): Promise<void> {
    this.moto = await startMoto({ verifies: false });
  }

  async close(): Promise<void> {
    await this.moto?.close();
  }

  /** Nothing of the tests before is left in it. */
  async open(): Promise<MotoTarget> {
    const { moto } = this;
    if (moto === undefined) throw new Error('moto_server has not been started');
    await forgetEverything(moto);
    const { client } = moto;
    await createBucket(client, 'plain', { versioned: false });
    await createBucket(client, 'versioned', { versioned: true });
    await createBucket(client, 'open', { versioned: false, public: true });
    await createBucket(client, 'open-by-policy', { versioned: false, public: true });
    // moto does not say whether a policy makes a bucket public; of an access control list it does.
    await client.send({
      service: 's3',
      method: 'PUT',
      path: '/open',
      query: { acl: '' },
      body: acl,
    });
    const folder = await mkdtemp(join(tmpdir(), 'drctl-moto-target-'));
    const caBundle = join(folder, 'ca.crt');
    const credentialsFile = join(folder, 'credentials');
    await writeFile(caBundle, moto.ca);
    await writeFile(credentialsFile, profileText('default', moto.admin));
    const settings: AwsSettings = { region, endpoint: moto.url, credentialsFile, caBundle };
    const target = createAwsTarget(settings);
    return {
      target,
      settings,
      zoneId: await createZone(client, 'example.com'),
      close: async () => {
        target.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  }
}

const acl = `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>owner</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`;

function forgetEverything(moto: RealMoto): Promise<void> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ ca: moto.ca });
    const sent = request(`${moto.url}/moto-api/reset`, { method: 'POST', agent }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`moto did not forget: ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
