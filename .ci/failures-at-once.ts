// Prints each failure the moment it is known. The runner prints them when all is over, and a job that is stopped at
// its time limit would end without a word of what went wrong.
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

export class FailuresAtOnce implements Reporter {
  onTestCaseResult(test: TestCase): void {
    print(`${test.module.relativeModuleId} > ${test.fullName}`, test.result().errors ?? []);
  }

  onTestSuiteResult(suite: TestSuite): void {
    print(`${suite.module.relativeModuleId} > ${suite.fullName}`, suite.errors());
  }

  onTestModuleEnd(module: TestModule): void {
    print(module.relativeModuleId, module.errors());
  }
}

function print(where: string, errors: readonly SerializedError[]): void {
  for (const error of errors) {
    const after = `after ${Math.round(performance.now() / 1000)} s`;
    const diff: unknown = error['diff'];
    const what = [error.stack ?? error.message, ...(typeof diff === 'string' ? [diff] : [])];
    process.stderr.write(`\nFAILED ${after}: ${where}\n${what.join('\n')}\n`);
  }
}
