import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from '../../src/emulator/index.ts';
import { bundle } from './bundle.ts';
import { CLOUDS, type CloudName } from './clouds.ts';
import { configOf, runKilled } from './killed-process.ts';
import { SHARED_KEY, type ScriptName } from './scripts.ts';
import { Servant } from './servant-process.ts';

/** At which start each script is killed: the script `kept` has then kept its first session. */
const KILLED: Partial<Readonly<Record<ScriptName, number>>> = { kept: 2, together: 2, unnamed: 1 };

/** The address of each service, and the ids of the sessions that may live there. */
export type Aftermath = Readonly<Record<string, readonly [url: string, ids: readonly string[]]>>;

/**
 * On each cloud: three processes are killed while they use sessions, one of which they have kept, beside a process that lives; then one
 * sweep. Gives what may live, and runs `judge` while the living process still holds its session.
 */
export async function afterCrashes<Result>(
  emulator: Emulator,
  clouds: readonly CloudName[],
  judge: (aftermath: Aftermath) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'anysession-aftermath-'));
  try {
    const { program, servant } = await bundle(folder, 'program', 'servant');
    await using neighbour = new Servant(servant);
    await using sweeper = new Servant(servant);
    const aftermath: Record<string, readonly [string, readonly string[]]> = {};
    for (const cloud of clouds) {
      const place = { config: configOf({ cloud }, emulator), stateHome: folder };
      const held = await neighbour.obey({ ...place, do: 'hold', start: { key: SHARED_KEY } });
      const ids = [held.id ?? ''];
      for (const [script, start] of Object.entries(KILLED) as [ScriptName, number][]) {
        const scene = { cloud, script };
        const ended = await runKilled({ file: program, scene, emulator, stateHome: folder }, { at: 'start', start });
        ids.push(...ended.kept);
      }
      await sweeper.obey({ ...place, do: 'sweep' });
      aftermath[CLOUDS[cloud].service] = [CLOUDS[cloud].url(emulator.urls), ids];
    }
    return await judge(aftermath);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
