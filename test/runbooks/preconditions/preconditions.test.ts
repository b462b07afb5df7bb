// Each precondition of the shipped runbooks by itself: it holds in a sound world, refuses the world that it is there
// against, says what was found and what to do, and never holds where it could not look.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/index.ts';
import { LAB_TIMEOUT_MS, startedLab } from '../../lab/world/lab-fixture.ts';
import { denied } from './altered-readers.ts';
import { checksOf } from './checks-of.ts';
import { faults } from './faults.ts';

let lab: Lab | undefined;

beforeAll(async () => {
  ({ lab } = await startedLab({ secrets: 0 }));
}, LAB_TIMEOUT_MS);

/** The evaluation of all of them together must not depend on time that the machine spends elsewhere. */
const LIMIT_MS = 60_000;

describe.each(['aws-same-region', 'aws-backup'])('the preconditions of %s', (name) => {
  let opened: Awaited<ReturnType<typeof checksOf>> | undefined;
  const checks = () => {
    if (opened === undefined) throw new Error('Not opened yet');
    return opened;
  };
  const ids = () => checks().runbook.preconditions.map(({ id }) => id);

  beforeAll(async () => {
    if (lab === undefined) throw new Error('The lab did not start');
    opened = await checksOf(lab, name);
  }, LAB_TIMEOUT_MS);

  afterAll(() => opened?.close());

  it('are all tried here', () => {
    expect(ids().filter((id) => !(id in faults))).toEqual([]);
  });

  it('hold in a sound world', { timeout: LIMIT_MS }, async () => {
    for (const id of ids()) {
      expect(await checks().ask(id), id).not.toMatchObject({ verdict: 'fails' });
    }
  });

  it('are skipped or hold where the source was given up', { timeout: LIMIT_MS }, async () => {
    for (const id of ids()) {
      const result = await checks().ask(id, { unavailable: ['source'] });
      expect(result, id).not.toMatchObject({ verdict: 'fails' });
    }
  });

  it.each(Object.entries(faults))('%s refuses its world', async (id, fault) => {
    const result = await checks().ask(id, fault);
    if (result === undefined) return;
    expect(result).toMatchObject({ verdict: 'fails', error: { code: 'ASSERTION_FAILED' } });
    expect(result.error?.message).toContain(fault.found);
    expect(result.message).toMatch(/^[^{}]+$/);
    expect(result.remedy).toMatch(/\w/);
    expect(result.remedy).not.toMatch(/\{\{|\(known after/);
  });

  it('do not hold where nothing may be read', { timeout: LIMIT_MS }, async () => {
    for (const id of ids()) {
      const { env, unavailable } = faults[id] ?? {};
      const blind = await checks().ask(id, {
        alter: denied,
        ...(env !== undefined && { env }),
        ...(unavailable !== undefined && { unavailable }),
      });
      expect(blind, id).toMatchObject({ verdict: 'fails', error: { code: 'CLIENT_DENIED' } });
    }
  });
});
