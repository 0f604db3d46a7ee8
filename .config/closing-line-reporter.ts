import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints `N passed, N failed` (and `, N skipped`) as the very last line of a run, from the run's own counts.
 * A module that could not be collected and an error outside any test count as one failure each.
 * With `CLOSING_LINE_FILE` set the line is also appended there, so that a script can add up several runs; what failed is
 * named in `CLOSING_LINE_FILE.failures`, so that the script can say it once more where a reader looks first: at the end.
 */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const failures: string[] = unhandledErrors.map((error) => `outside any test: ${messageOf(error)}`);
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      failures.push(...module.errors().map((error) => `${module.relativeModuleId}: ${messageOf(error)}`));
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state] += 1;
        if (result.state === 'failed')
          failures.push(`${module.relativeModuleId} > ${test.fullName}: ${messageOf(result.errors[0])}`);
      }
    }
    counts.skipped += counts.pending;
    const line = `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`;

    const file = process.env['CLOSING_LINE_FILE'];
    if (file !== undefined) {
      appendFileSync(file, `${line}\n`);
      appendFileSync(`${file}.failures`, failures.map((failure) => `${failure}\n`).join(''));
    }
    // The other reporters and the coverage table print later than this hook; only the exit comes after all of them.
    process.once('exit', () => {
      process.stdout.write(`\n${line}\n`);
    });
  }
}

/** The first lines of an error's message, short enough for a list of failures. */
function messageOf(error: unknown): string {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return message.split('\n').slice(0, 3).join(' ').slice(0, 400);
}
