import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * Gives each test file its own folders for state and cache, and the child processes that it starts: no test reads or writes what
 * the user of this machine has. The name is short because paths of sockets are limited to about 104 bytes.
 */
const folder = mkdtempSync(join(tmpdir(), 'as-'));
process.env['XDG_STATE_HOME'] = join(folder, 's');
process.env['XDG_CACHE_HOME'] = join(folder, 'c');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
