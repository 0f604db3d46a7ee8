import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { ConfigRequest } from '../../src/config/config-options.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// Configs and providers in TypeScript are compiled at every start: seconds, where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

/** The import specifier of the fixture provider. */
export const FIXTURE = fileURLToPath(new URL('./fixtures/fixture-plugin.ts', import.meta.url));

/** A folder of its own for one test, with `.git` in it so that no search leaves it, and these files. */
export function configFolder(
  files: Readonly<Record<string, string>>,
  onFinished?: Parameters<typeof temporaryFolder>[0],
): string {
  const folder = temporaryFolder(onFinished);
  for (const [name, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** What a person reads when a configuration is refused; fails when it is not refused as `config-invalid`. */
export async function refusalOf(request: ConfigRequest | (() => Promise<unknown>)): Promise<string> {
  try {
    await (typeof request === 'function' ? request() : loadConfig({ env: {}, ...request }));
  } catch (error) {
    if (SessionError.is(error, 'config-invalid')) return error.message;
    throw error;
  }
  throw new Error('the configuration was not refused');
}
