/**
 * Kills a process with SIGKILL at seeded points around every call and every change of its records, on every cloud: one point for each
 * script and cloud in `npm test`, 60 in `npm run test:properties`, and as many as you like by
 * `ANYSESSION_KILL_POINTS=500 npx vitest run kill.test`. ANYSESSION_KILL_FIRST=SEED begins at a seed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { pointOf, SCENES, sceneOf } from './kill-points.ts';
import { Servant } from './servant-process.ts';
import { tryPoint, type Lane, type Outcome } from './trial.ts';

const POINTS = Number(process.env['ANYSESSION_KILL_POINTS'] ?? SCENES.length);
const FIRST = Number(process.env['ANYSESSION_KILL_FIRST'] ?? 0);
/** Processes wait for pauses between polls most of their time. */
const LANES = 4;
/** Sessions that are ready at once, and some that are still being created when they must be ended. */
const STARTUPS_MS = [0, 0, 0, 200];
/** Per trial, milliseconds; most take one or two seconds. */
const TRIAL_TIMEOUT_MS = 30_000;

const folder = mkdtempSync(join(tmpdir(), 'anysession-kill-'));
const lanes: Lane[] = [];
const free: Lane[] = [];
/** Callbacks of those who wait for a lane. */
const queue: ((lane: Lane) => void)[] = [];

beforeAll(async () => {
  const { program, servant } = await bundle(folder, 'program', 'servant');
  for (let at = 0; at < LANES; at++) {
    lanes.push({
      file: program,
      neighbour: new Servant(servant),
      sweeper: new Servant(servant),
      folder: join(folder, `lane-${at}`),
    });
  }
  free.push(...lanes);
}, 60_000);

afterAll(async () => {
  for (const { neighbour, sweeper } of lanes) {
    await neighbour[Symbol.asyncDispose]();
    await sweeper[Symbol.asyncDispose]();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Runs something in a lane that nobody else uses meanwhile. */
async function inLane<Result>(run: (lane: Lane) => Promise<Result>): Promise<Result> {
  const lane = free.pop() ?? (await new Promise<Lane>((resolve) => queue.push(resolve)));
  try {
    return await run(lane);
  } finally {
    const next = queue.shift();
    if (next === undefined) free.push(lane);
    else next(lane);
  }
}

const seeds = Array.from({ length: POINTS }, (_, at) => FIRST + at);

describe.concurrent('a process that is killed', () => {
  for (const scene of SCENES) {
    const own = seeds.filter((seed) => sceneOf(seed) === scene);
    if (own.length === 0) continue;
    const title = `leaves nothing after one sweep: ${scene.script} on ${scene.cloud}, seeds ${own.join(', ')}`;
    it(
      title,
      async () => {
        const whole = await inLane((lane) => tryPoint(lane, scene, { rerun: false, startupMs: 0 }));
        expect(whole, show('nobody kills it', whole)).toMatchObject({ wrong: [], ended: { code: 0 } });
        for (const seed of own) {
          const point = pointOf(seed, whole.ended);
          const rerun = seed % 2 === 1;
          const startupMs = STARTUPS_MS[Math.floor(seed / 3) % STARTUPS_MS.length] ?? 0;
          const outcome = await inLane((lane) => tryPoint(lane, scene, { point, rerun, startupMs }));
          const what = `seed ${seed}, ${JSON.stringify(point)}`;
          expect(outcome.wrong, show(what, outcome)).toEqual([]);
          // One that ends before its time is up, or with fewer polls than the other one, has done everything right.
          const { signal, code } = outcome.ended;
          expect(signal ?? code, show(what, outcome)).toBe(signal === null ? 0 : 'SIGKILL');
        }
      },
      (own.length + 1) * LANES * TRIAL_TIMEOUT_MS,
    );
  }
});

function show(what: string, { story }: Outcome): string {
  return [what, ...story.map((line) => JSON.stringify(line))].join('\n');
}
