import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder for the running test, which ends with it; also in `beforeEach`. Concurrent tests pass the `onTestFinished` of their context. */
export function temporaryFolder(onFinished: typeof onTestFinished = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-test-'));
  onFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
