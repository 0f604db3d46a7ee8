import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints `N passed, N failed` (and `, N skipped`) as the very last line of a run, from the run's own counts.
 * A module that could not be collected and an error outside any test count as one failure each.
 * With `CLOSING_LINE_FILE` set the line is also appended there, so that a script can add up several runs.
 */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
    }
    counts.skipped += counts.pending;
    const line = `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`;

    const file = process.env['CLOSING_LINE_FILE'];
    if (file !== undefined) appendFileSync(file, `${line}\n`);
    // The other reporters and the coverage table print later than this hook; only the exit comes after all of them.
    process.once('exit', () => {
      process.stdout.write(`\n${line}\n`);
    });
  }
}
