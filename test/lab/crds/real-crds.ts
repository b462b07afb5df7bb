// The real definitions, which are not part of this repository: DRCTL_TEST_CRDS names a folder with them. Tests that need
// them skip, with a notice, where it is absent.

export const realCrds = process.env['DRCTL_TEST_CRDS'] ?? '';

if (realCrds === '') {
  process.stderr.write('skipped: DRCTL_TEST_CRDS names no folder with the real definitions\n');
}

/** Of suites that need them. */
export const withoutCrds = realCrds === '';
