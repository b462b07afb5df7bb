// Prints each failure the moment it is known. The runner prints them when all is over, and a job that is stopped at
// its time limit would end without a word of what went wrong.

export default class FailuresAtOnce {
  onTestCaseResult(test) {
    this.#print(`${test.module.relativeModuleId} > ${test.fullName}`, test.result().errors ?? []);
  }

  onTestSuiteResult(suite) {
    this.#print(`${suite.module.relativeModuleId} > ${suite.fullName}`, suite.errors());
  }

  onTestModuleEnd(module) {
    this.#print(module.relativeModuleId, module.errors());
  }

  #print(where, errors) {
    for (const error of errors) {
      console.error(
        `\nFAILED after ${Math.round(performance.now() / 1000)} s: ${where}\n${error.stack ?? error.message}\n${error.diff ?? ''}`,
      );
    }
  }
}
