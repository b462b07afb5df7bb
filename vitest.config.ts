import { defineConfig } from 'vitest/config';

import { FailuresAtOnce } from './.ci/failures-at-once.ts';

const results = process.env['DRCTL_TEST_RESULTS'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters:
      results === undefined
        ? ['default']
        : ['default', new FailuresAtOnce(), ['json', { outputFile: results }]],
  },
});
