import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { bundle } from './bundle.ts';
import { EMULATED } from './clouds.ts';
import { configOf } from './killed-process.ts';
import type { Place, Report } from './servant.ts';
import { Servant } from './servant-process.ts';

/** Athena, a folder of records, and as many processes as a test wants. */
export interface Stage {
  readonly emulator: Emulator;
  readonly place: Place;
  /** A new process; `command` runs it in its own place. */
  readonly servant: (command?: readonly string[]) => Servant;
}

/** `it` with its own stage; the program of the servants is made once a file. */
export const it = test.extend<{ stage: Stage; file: string }>({
  file: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'anysession-stage-'));
      await use((await bundle(folder, 'servant')).servant);
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'file' },
  ],
  stage: async ({ file }, use) => {
    await using emulator = await startEmulator({ ...EMULATED, services: ['athena'] });
    const servants: Servant[] = [];
    const servant = (command?: readonly string[]): Servant => {
      const made = new Servant(file, command);
      servants.push(made);
      return made;
    };
    const stateHome = mkdtempSync(join(tmpdir(), 'anysession-state-'));
    await use({ emulator, servant, place: { config: configOf({ cloud: 'athena' }, emulator), stateHome } });
    for (const each of servants) await each[Symbol.asyncDispose]();
    rmSync(stateHome, { recursive: true, force: true });
  },
});

/** The sessions that are live when everything that is ending has ended. */
export function liveIds(emulator: Emulator): readonly string[] {
  emulator.advance(60_000);
  return emulator.oracle.live().map(({ id }) => id);
}

export const hold = (servant: Servant, place: Place, key?: string): Promise<Report> =>
  servant.obey({ ...place, do: 'hold', start: key === undefined ? {} : { key } });
export const release = (servant: Servant, place: Place): Promise<Report> => servant.obey({ ...place, do: 'release' });
export const sweep = (servant: Servant, place: Place): Promise<Report> => servant.obey({ ...place, do: 'sweep' });

/** The folder with the records of holders. */
export function recordFolder({ stateHome }: Place): string {
  return join(stateHome, 'anysession', 'holders');
}

/** The records in a folder: the path and what each says. */
export function recordsIn(
  place: Place,
): readonly { readonly path: string; readonly record: Readonly<Record<string, unknown>> }[] {
  const folder = recordFolder(place);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name))
    .map((path) => ({ path, record: JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>> }));
}
