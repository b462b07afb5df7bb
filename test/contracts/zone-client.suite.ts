// What every ZoneClient must do, the fake and the real adapter alike. A factory gives a client of a server with the empty
// zone example.com.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/engine/index.ts';
import type { DnsChange, DnsRecordSet, ZoneClient } from '../../src/actions/ports.ts';
import { aliasRecord, txtOwner } from '../fakes/zone-fake.ts';

export interface ZoneClientUnderTest {
  readonly client: ZoneClient;
  /** "Z1" when absent. */
  readonly zoneId?: string;
  /** What a DELETE of what is not there is, where the server has another code for it than AWS. */
  readonly wrongDelete?: ErrorCode;
  close(): Promise<void>;
}

const signal = new AbortController().signal;
const options = { comment: 'test', signal };

const a = (name: string, value = '192.0.2.1'): DnsRecordSet => ({
  name,
  type: 'A',
  ttlSeconds: 60,
  values: [value],
});
const create = (record: DnsRecordSet): DnsChange => ({ action: 'CREATE', record });

export function zoneClientSuite(title: string, make: () => Promise<ZoneClientUnderTest>): void {
  describe(`ZoneClient: ${title}`, () => {
    let made: ZoneClientUnderTest;
    let dns: ZoneClient;
    let zoneId: string;
    beforeEach(async () => {
      made = await make();
      dns = made.client;
      zoneId = made.zoneId ?? 'Z1';
    });
    afterEach(async () => made.close());

    const records = async (): Promise<readonly DnsRecordSet[]> => {
      const found: DnsRecordSet[] = [];
      for await (const record of dns.records(zoneId, signal)) {
        if (record.type !== 'NS' && record.type !== 'SOA') found.push(record);
      }
      return found;
    };

    it('tells a zone’s name, and that another does not exist', async () => {
      expect(await dns.zone(zoneId, signal)).toEqual({ name: 'example.com', private: false });
      expect(await dns.zone('ZABSENT', signal)).toBeUndefined();
    });

    it('gives record sets back as they were written: alias, wildcard, TXT, routing', async () => {
      const written = [
        aliasRecord('api.example.com', 'lb-1.elb.amazonaws.com'),
        a('*.apps.example.com'),
        txtOwner('api-external-dns.example.com', 'mgmt-1', 'route/clusters-prod/api'),
        { ...a('w.example.com'), setIdentifier: 'one', routing: { Weight: 10 } },
      ];
      await dns.change(zoneId, written.map(create), options);
      const found = await records();
      for (const record of written) expect(found).toContainEqual(record);
      expect(found).toHaveLength(written.length);
      await dns.change(
        zoneId,
        found.map((record): DnsChange => ({ action: 'DELETE', record })),
        options,
      );
      expect(await records()).toEqual([]);
    });

    it('changes nothing when one change of a batch does not fit', async () => {
      await dns.change(zoneId, [create(a('there.example.com'))], options);
      const { wrongDelete = 'CLIENT_CONFLICT' } = made;
      const wrongs: readonly (readonly [DnsChange, ErrorCode])[] = [
        [create(a('there.example.com')), 'CLIENT_CONFLICT'],
        [{ action: 'DELETE', record: a('absent.example.com') }, wrongDelete],
        [{ action: 'DELETE', record: a('there.example.com', '192.0.2.9') }, wrongDelete],
      ];
      for (const [wrong, code] of wrongs) {
        await expect(
          dns.change(zoneId, [create(a('new.example.com')), wrong], options),
        ).rejects.toMatchObject({ code });
      }
      expect(await records()).toEqual([a('there.example.com')]);
    });

    it('replaces with UPSERT, and ends in sync', async () => {
      await dns.change(zoneId, [create(a('u.example.com'))], options);
      const upsert: DnsChange = { action: 'UPSERT', record: a('u.example.com', '192.0.2.2') };
      const { changeId } = await dns.change(zoneId, [upsert], options);
      expect(await records()).toEqual([upsert.record]);
      await expect
        .poll(() => dns.changeStatus(changeId, signal), { interval: 10, timeout: 5_000 })
        .toBe('INSYNC');
    });
  });
}
