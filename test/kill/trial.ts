import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmulator } from '../../src/emulator/index.ts';
import { CLOUDS, EMULATED } from './clouds.ts';
import type { KillPoint, Scene } from './kill-points.ts';
import { configOf, runKilled, type Ended } from './killed-process.ts';
import { OWN_KEY, SHARED_KEY } from './scripts.ts';
import type { Report } from './servant.ts';
import type { Servant } from './servant-process.ts';

/** Lets a request that was on its way when its sender died arrive. */
const ARRIVAL_MS = 30;
/** Lets sessions that are ending end; far below the shortest idle timeout. */
const ENDING_MS = 60_000;

/** Two processes that live on while others are killed. */
export interface Lane {
  /** The program that is killed. */
  readonly file: string;
  readonly neighbour: Servant;
  readonly sweeper: Servant;
  /** For the records of this lane's trials. */
  readonly folder: string;
}

/** What came out of one trial. */
export interface Outcome {
  readonly ended: Ended;
  /** What must never be. */
  readonly wrong: readonly string[];
  /** For people who read a failure. */
  readonly story: readonly unknown[];
}

let trials = 0;

/**
 * Kills a process at a point, sweeps once, and compares what is live with what may be. Beside the killed process live a session with a key
 * that another process of this host holds, one of another host, and one of another owner.
 */
export async function tryPoint(
  { file, neighbour, sweeper, folder }: Lane,
  scene: Scene,
  { point, rerun, startupMs }: { readonly point?: KillPoint; readonly rerun: boolean; readonly startupMs: number },
): Promise<Outcome> {
  const home = join(folder, `trial-${++trials}`);
  const elsewhere = join(home, 'elsewhere');
  mkdirSync(elsewhere, { recursive: true });
  await using emulator = await startEmulator({ ...EMULATED, startupMs, services: [CLOUDS[scene.cloud].service] });
  const here = { config: configOf(scene, emulator), stateHome: home };
  const story: unknown[] = [];
  const told = async (who: Servant, order: Parameters<Servant['obey']>[0]): Promise<Report> => {
    const report = await who.obey(order);
    story.push({ [order.do]: report });
    return report;
  };
  const spared = {
    'another process': await told(neighbour, { ...here, do: 'hold', start: { key: SHARED_KEY } }),
    'another host': await told(neighbour, { ...here, stateHome: elsewhere, do: 'hold', start: {} }),
    'another owner': await told(neighbour, {
      ...here,
      config: configOf(scene, emulator, 'others'),
      do: 'hold',
      start: {},
    }),
  };
  const ended = await runKilled({ file, scene, emulator, stateHome: home }, point);
  await pause(ARRIVAL_MS);
  emulator.faults.clear();
  const wrong: string[] = [];
  if (rerun) {
    const { failed, adopted } = await told(sweeper, { ...here, do: 'run', start: { key: OWN_KEY } });
    if (failed !== undefined && failed !== 'conflict') wrong.push(`the rerun failed: ${failed}`);
    if (adopted === true) wrong.push('the rerun adopted the session of a dead holder');
  }
  await told(sweeper, { ...here, do: 'sweep' });
  emulator.advance(ENDING_MS);

  const isSpared = new Map(Object.entries(spared).map(([who, { id = '' }]) => [id, `the session of ${who}`]));
  for (const id of ended.kept) isSpared.set(id, 'a kept session');
  for (const { id, live, token } of emulator.oracle.sessions()) {
    const why = isSpared.get(id);
    if (why !== undefined && !live) wrong.push(`${why} was ended`);
    if (why === undefined && live && !ended.keeping.includes(id)) wrong.push(`an orphan lives: ${id}, token ${token}`);
  }
  for (const [token, starts] of emulator.oracle.startsPerToken()) {
    if (starts > 1) wrong.push(`token ${token} was started ${starts} times`);
  }
  const endsAsked = (): number => emulator.log().filter(({ operation }) => operation === 'TerminateSession').length;
  const before = endsAsked();
  await told(sweeper, { ...here, do: 'sweep' });
  if (endsAsked() > before) wrong.push('a second sweep ended sessions again');
  const { failed } = await told(neighbour, { ...here, do: 'release' });
  if (failed !== undefined) wrong.push(`the neighbour could not close: ${failed}`);
  emulator.advance(ENDING_MS);
  const left = emulator.oracle.live().filter(({ id }) => !ended.keeping.includes(id));
  if (left.length > 0) wrong.push(`${left.length} sessions outlived the neighbour's close`);
  const calls = emulator
    .log()
    .map(({ operation, sessionId, errorCode, faults }) => ({ operation, sessionId, errorCode, faults }));
  return { ended, wrong, story: [...story, ended, ...(wrong.length > 0 ? calls : [])] };
}
