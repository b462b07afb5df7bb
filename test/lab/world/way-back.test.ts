// The way back: a migration that is undone by hand leaves the world as it was, and the kinds of labs all come up whole.

import { afterEach, describe, expect, it } from 'vitest';
import type { Lab, LabOptions } from '../../../src/lab/index.ts';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import { exportObjects, snapshot, upload } from './backup-by-hand.ts';
import { HC, HCP, pause, scale, until, waitForNoPods, WRITERS } from './hands.ts';
import { LAB_TIMEOUT_MS, startedLab, stopLabs } from './lab-fixture.ts';
import { releaseNames, restore, tearDown, waitUntilServed } from './move-by-hand.ts';

afterEach(stopLabs);

async function wrongChecks(lab: Lab): Promise<readonly string[]> {
  const report = await lab.check({ expect: 'unchanged' });
  return report.checks.filter((entry) => !entry.ok).map((entry) => `${entry.name}: ${entry.found}`);
}

describe('the way back', { timeout: LAB_TIMEOUT_MS }, () => {
  it('leaves the world as it was, also after the destination has served', async () => {
    const hands = await startedLab({ nodePools: 1 });
    const { source, destination, lab } = hands;
    await pause(source);
    await scale(source, HCP, WRITERS, 0);
    await waitForNoPods(source, HCP, WRITERS);
    const url = await upload(hands, await snapshot(hands));
    const backup = await exportObjects(source);
    await releaseNames(hands);
    await restore(destination, backup, { url, nodes: true });
    await waitUntilServed(hands);

    await tearDown(destination);
    for (const [kind, object] of backup.references) {
      if (object.metadata.namespace === HC.namespace)
        await destination.remove(kind, object.metadata);
    }
    await until('the destination gives the names free', async () => {
      return (await lab.status()).dns.leadsTo === 'nowhere';
    });
    await pause(source, null);
    await scale(source, HCP, WRITERS, 1);
    await until('the source serves again', async () => {
      const { dns, nodes } = await lab.status();
      return dns.leadsTo === 'source' && nodes.every((node) => node.connected);
    });
    await until('everything has settled', async () => (await wrongChecks(lab)).length <= 1);
    // What the customer wrote to the destination meanwhile is lost: that is why a person has to decide it.
    expect(
      (await wrongChecks(lab)).filter((text) => !text.startsWith('hosted-writes-kept')),
    ).toEqual([]);
  });
});

describe('a lab comes up whole', { timeout: LAB_TIMEOUT_MS }, () => {
  const variants: readonly (readonly [string, Omit<LabOptions, 'dir'>])[] = [
    ['with private access only', { endpointAccess: 'Private', neighbours: false }],
    ['with public and private access', { endpointAccess: 'PublicAndPrivate', nodePools: 3 }],
    ['with a dead external-dns', { externalDnsDead: true }],
    ['without node pools', { nodePools: 0, neighbours: false }],
    ['with hundreds of Secrets', { secrets: 300, neighbours: false }],
  ];

  it.each(variants)('%s', async (_name, options) => {
    const { lab } = await startedLab(options);
    expect(await wrongChecks(lab)).toEqual([]);
  });

  it('keeps the records of a dead external-dns, for somebody else to remove', async () => {
    const { lab, source } = await startedLab({ externalDnsDead: true, neighbours: false });
    await pause(source);
    for (const route of (await source.list(kinds.route, HCP)).items) {
      await source.remove(kinds.route, route.metadata);
    }
    const pods = (await source.list(kinds.pod, 'hypershift')).items.map((pod) => pod.metadata.name);
    expect(pods.filter((name) => name.startsWith('external-dns'))).toEqual([]);
    expect((await lab.status()).dns.leadsTo).toBe('source');
  });
});
