import { expect, it } from 'vitest';
import { createStyle } from '../../../src/cli/style.ts';
import { auditLines } from '../../../src/cli/views/audit.ts';

function shown(unrecorded: readonly string[], isHeld = false): string {
  const audit = {
    runId: 'r',
    header: undefined,
    journal: undefined,
    artifacts: { artifacts: 0, sizeBytes: 0, unrecorded },
    leases: 0,
    isHeld,
    findings: [],
  };
  return auditLines(audit, { style: createStyle(false), verbose: false }).join('\n');
}

it('an artifact without a digest cannot be checked, which does not mean that it is damaged', () => {
  const text = shown(['half.db']);
  expect(text).toContain(
    'The content of 1 artifact cannot be checked, since the journal has no digest: half.db',
  );
  expect(text).toContain('That does not mean damage');
});

it('of many artifacts without a digest only some are named', () => {
  expect(shown(['a', 'b', 'c', 'd', 'e', 'f'])).toContain(
    'The content of 6 artifacts cannot be checked, since the journal has no digest: a, b, c, d … and 2 more',
  );
});

it('while a run goes on, files without a digest are what is being written', () => {
  expect(shown(['half.db'], true)).not.toContain('half.db');
});
