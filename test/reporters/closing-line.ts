import type { Reporter, SerializedError, TestModule, TestSpecification } from 'vitest/node'

/**
 * Ends a run with one plain line, `N passed, N failed`, that a person and a script can read. Whatever makes a run fail
 * without a failed test counts as failed too: a file that does not load or never ran, a hook, an unhandled rejection.
 */
export default class ClosingLine implements Reporter {
  private planned = 0

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.planned = specifications.length
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const neverRan = Math.max(0, this.planned - modules.length)
    const count = { passed: 0, failed: unhandled.length + neverRan, skipped: 0, pending: 0 }
    for (const module of modules) {
      count.failed += module.errors().length
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length
      for (const test of module.children.allTests()) count[test.result().state] += 1
    }
    const skipped = count.skipped + count.pending
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
  }
}
