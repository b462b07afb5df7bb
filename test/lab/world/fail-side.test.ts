// A management cluster that is lost: nothing of it answers, what is not on it stays, and no check takes that for a recovery.
import { describe, expect, it } from 'vitest';
import { kinds } from '../../../src/lab/cluster/kinds.ts';
import { until } from './hands.ts';
import { LAB_TIMEOUT_MS, startedLab } from './lab-fixture.ts';

describe('a source that has failed', { timeout: LAB_TIMEOUT_MS }, () => {
  it('answers nothing and acts no more, while instances and DNS records stay', async () => {
    const { lab, source } = await startedLab({ nodePools: 1, nodePoolReplicas: 1 });
    const before = await lab.check({ expect: 'recovered' });
    expect(before.checks.find(({ name }) => name === 'source-failed')).toMatchObject({ ok: false });
    await lab.fail('source');
    await expect(source.list(kinds.hostedCluster)).rejects.toMatchObject({ code: 0 });
    await until('the nodes have lost their API', async () =>
      (await lab.status()).nodes.every(({ connected }) => !connected),
    );
    const status = await lab.status();
    expect(status.source).toMatchObject({ failed: true, servesHostedApi: false });
    expect(status.destination.failed).toBe(false);
    expect(status.dns).toMatchObject({ leadsTo: 'source', owner: expect.any(String) as string });
    expect(status.nodes.map(({ instanceState }) => instanceState)).toEqual(['running']);
    expect(status.violations).toEqual([]);
    await expect(lab.fail('source')).rejects.toThrow('has failed already');
    const after = await lab.check({ expect: 'recovered' });
    expect(after.ok).toBe(false);
    expect(after.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['hosted-cluster-on-destination', 'hosted-api-answers', 'api-name']),
    );
    const asMove = await lab.check({ expect: 'migrated' });
    expect(asMove.checks.find(({ name }) => name === 'source-failed')).toMatchObject({ ok: false });
  });
});
