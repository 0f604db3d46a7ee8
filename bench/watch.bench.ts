import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from 'anysession/emulator';
import { ChildProgram } from './child-program.ts';
import { atMost, report, type Bar, type BenchReport } from './report.ts';
import { percentile, summarize, type Samples } from './samples.ts';
import { watchNaively } from './reference/naive-watch.mjs';
import { CLOUDS, VirtualCloud, type CloudName, type StartTimes } from './virtual-cloud.ts';

/** Sessions that start together. */
const MANY = 1_000;
/** Sessions of the reference: each of them costs the same, and a thousand would take minutes. */
const NAIVE = 40;
/** They become ready evenly between these two ages. */
const READY = { fromMs: 45_000, toMs: 90_000 };
/** Control-plane calls per ready session. */
const CALLS_LIMIT: Readonly<Record<CloudName, number>> = {
  athena: 0.5,
  'emr-serverless': 1,
  'emr-ec2': 0.5,
  glue: 0.1,
  dataproc: 0.1,
};
/** What Athena's emulator shows as CREATED after a session is ready. */
const CREATED_MS: Readonly<Partial<Record<CloudName, number>>> = { athena: 5_000 };

/** A session alone takes so long, and a tenth more or less. */
const ALONE_MS = [1_000, 5_000, 20_000, 45_000, 75_000, 140_000];
const SPREAD = 0.1;
/** So many hosts that know nothing start so many sessions each, one after the other. */
const HOSTS = 4;
const STARTS = 12;
/** From this start on a configuration is known. */
const KNOWN_FROM = 4;
const PACE_MS = 2_000;

/** What a closed program still writes comes in between; `rmSync` reads a folder only once. */
const REMOVAL = { recursive: true, maxRetries: 9, retryDelay: 20 };

interface Outcome {
  readonly delaysMs: readonly number[];
  /** Per session, without those that follow. */
  readonly calls: number;
  readonly endpointCalls: number;
}

/** So many sessions are watched while none becomes ready, for so long. */
const WATCHED = 10_000;
const WATCHED_MS = 60_000;
/** So many times as fast does time pass for a process whose CPU is measured. */
const SPEED = 10;

/** What waiting costs in calls and how late it notices, in virtual time, by the emulator's log; what it costs in CPU and memory, in its own process. */
export async function bench(): Promise<BenchReport> {
  const figures: Record<string, Samples> = {};
  const ratios: Record<string, number> = {};
  const bars: Bar[] = [];
  let seed = 1;
  for (const name of Object.keys(CLOUDS) as CloudName[]) {
    const scopes = Math.ceil(MANY / Math.min(MANY, CLOUDS[name].perScope));
    const times = { startupMs: READY.fromMs + (CREATED_MS[name] ?? 0), startupSpreadMs: READY.toMs - READY.fromMs };
    const naive = await watchWithSdk(name, times);
    const cache = mkdtempSync(join(tmpdir(), 'anysession-bench-'));
    for (const knows of ['nothing known', 'starts known']) {
      const ours = await watchMany(await VirtualCloud.start(name, scopes, { ...times, seed: seed++ }, cache), scopes);
      const label = `${name}, ${MANY} sessions, ${knows}`;
      figures[`${label}: notice delay`] = summarize('ms', ours.delaysMs);
      ratios[`${label}: calls of naive`] = ours.calls / naive.calls;
      bars.push(
        atMost(`control-plane calls per ready session, ${label}`, ours.calls, CALLS_LIMIT[name]),
        atMost(`ms notice delay p50, ${label}`, percentile(ours.delaysMs, 0.5), 1_000),
        atMost(`ms notice delay p95, ${label}`, percentile(ours.delaysMs, 0.95), 2_500),
      );
      figures[`${label}: GetSessionEndpoint per session`] = summarize('calls', [ours.endpointCalls]);
    }
    figures[`${name}, naive: calls per ready session`] = summarize('calls', [naive.calls]);
    figures[`${name}, naive: notice delay`] = summarize('ms', naive.delaysMs);
    await rm(cache, REMOVAL);
  }
  const many = await watchInProcess(MANY, { startupMs: 50_000, startupSpreadMs: 45_000 }, READY.toMs);
  bars.push(atMost(`% of a core, ${MANY} sessions of Athena`, many.cpuPercent, 3));
  const crowd = await watchInProcess(WATCHED, { startupMs: 3_600_000 }, WATCHED_MS);
  bars.push(
    atMost(`calls a second, ${WATCHED} sessions watched`, crowd.callsPerSecond, 20),
    atMost(`% of a core, ${WATCHED} sessions watched`, crowd.cpuPercent, 10),
    atMost(`MB of heap, ${WATCHED} sessions watched`, crowd.heapMb, 150),
  );
  for (const startupMs of ALONE_MS) {
    const alone = await watchAlone(startupMs);
    const label = `alone, ${startupMs / 1_000} s`;
    figures[`${label}, first four starts: notice delay`] = summarize('ms', alone.first);
    figures[`${label}, from the fifth on: notice delay`] = summarize('ms', alone.known);
    ratios[`${label}: calls of a poll every 2 s`] = alone.calls;
    bars.push(
      atMost(`ms notice delay p50, ${label}, first four starts`, percentile(alone.first, 0.5), 2_000),
      atMost(`ms notice delay p50, ${label}, from the fifth on`, percentile(alone.known, 0.5), 500),
      atMost(`× the calls of a poll every 2 s, ${label}`, alone.calls, 1.1),
    );
  }
  return report({ name: 'watch', figures, ratios, bars });
}

/** Sessions of Athena, watched by a separate process on a fast clock. */
async function watchInProcess(sessions: number, times: StartTimes, waitMs: number): Promise<Load> {
  const epochMs = Date.now();
  const clock = {
    nowMs: () => epochMs + (Date.now() - epochMs) * SPEED,
    monotonicMs: () => performance.now() * SPEED,
    schedule(delayMs: number, callback: () => void) {
      const timer = setTimeout(callback, delayMs / SPEED).unref();
      return () => {
        clearTimeout(timer);
      };
    },
  };
  const emulator = await startEmulator({ ...CLOUDS.athena.options(1), ...times, clock });
  const numbers = [sessions, SPEED, epochMs, waitMs].map(String);
  const program = new ChildProgram('watch-load.mjs', emulator.urls.athena, ...numbers);
  try {
    await program.line();
    const before = emulator.log().at(-1)?.number ?? 0;
    const load = JSON.parse(await program.line()) as Omit<Load, 'callsPerSecond'>;
    const calls = emulator.log().filter(({ number }) => number > before).length;
    return { ...load, callsPerSecond: calls / (load.tookMs / 1_000) };
  } finally {
    await program.end();
    await emulator.close();
  }
}

interface Load {
  readonly tookMs: number;
  readonly cpuPercent: number;
  /** All that the process holds, after a garbage collection. */
  readonly heapMb: number;
  readonly callsPerSecond: number;
}

async function watchMany(cloud: VirtualCloud, scopes: number): Promise<Outcome> {
  const programs = await Promise.all(Array.from({ length: scopes }, (_, scope) => cloud.open(scope)));
  const started = await cloud.run(
    Promise.all(Array.from({ length: MANY }, async (_, at) => programs[at % scopes]?.start({ name: `bench ${at}` }))),
  );
  const sessions = started.filter((session) => session !== undefined);
  const before = cloud.calls();
  const atMs = new Map<string, number>();
  const noticed = sessions.map(async (session) => {
    await session.whenReady();
    atMs.set(session.handle.id, cloud.clock.nowMs());
  });
  await cloud.run(Promise.all(noticed));
  const outcome = outcomeOf(cloud, before, atMs);
  for (const session of sessions) session.detach();
  await cloud.run(Promise.all(programs.map((program) => program.close())));
  await cloud.close();
  return outcome;
}

async function watchWithSdk(name: CloudName, times: StartTimes): Promise<Outcome> {
  const cloud = await VirtualCloud.start(name, 1, times, tmpdir());
  const before = cloud.calls();
  const atMs = new Map<string, number>();
  const count = Math.min(NAIVE, CLOUDS[name].perScope);
  const place = CLOUDS[name].place(cloud.url, 0);
  const onReady = (id: string): void => void atMs.set(id, cloud.clock.nowMs());
  const options = { place, count, sleep: (ms: number) => cloud.sleep(ms), call: cloud.call.bind(cloud), onReady };
  await cloud.run(watchNaively(name, options));
  const outcome = outcomeOf(cloud, before, atMs);
  await cloud.close();
  return outcome;
}

function outcomeOf(
  cloud: VirtualCloud,
  before: ReadonlyMap<string, number>,
  atMs: ReadonlyMap<string, number>,
): Outcome {
  const readyAtMs = cloud.readyAtMs();
  const delaysMs = [...atMs].map(([id, seenMs]) => seenMs - (readyAtMs.get(id) ?? Number.NaN));
  const calls = (wanted: (operation: string) => boolean): number => {
    let sum = 0;
    for (const [operation, count] of cloud.calls()) if (wanted(operation)) sum += count - (before.get(operation) ?? 0);
    return sum / atMs.size;
  };
  return {
    delaysMs,
    calls: calls((operation) => /^(Get|List)(?!SessionEndpoint)/i.test(operation)),
    endpointCalls: calls((operation) => operation === 'GetSessionEndpoint'),
  };
}

/** Sessions that start one after the other on hosts that know nothing at first. */
async function watchAlone(startupMs: number) {
  const first: number[] = [];
  const known: number[] = [];
  let ours = 0;
  let paced = 0;
  for (let host = 1; host <= HOSTS; host++) {
    const times = {
      startupMs: Math.round(startupMs * (1 - SPREAD)),
      startupSpreadMs: Math.round(startupMs * SPREAD * 2),
    };
    const cache = mkdtempSync(join(tmpdir(), 'anysession-bench-'));
    const cloud = await VirtualCloud.start('emr-serverless', 1, { ...times, seed: host }, cache);
    const program = await cloud.open();
    for (let at = 0; at < STARTS; at++) {
      const session = await cloud.run(program.start());
      const before = cloud.calls();
      await cloud.run(session.whenReady());
      const atMs = new Map([[session.handle.id, cloud.clock.nowMs()]]);
      const { delaysMs, calls } = outcomeOf(cloud, before, atMs);
      (at < KNOWN_FROM ? first : known).push(...delaysMs);
      ours += calls;
      paced += Math.ceil((session.status.observedAtMs - (delaysMs[0] ?? 0) - startedAtMs(session)) / PACE_MS);
      session.detach();
    }
    await cloud.run(program.close());
    await cloud.close();
    await rm(cache, REMOVAL);
  }
  return { first, known, calls: ours / paced };
}

function startedAtMs({ status }: { readonly status: { readonly details: { readonly createdAtMs?: number } } }): number {
  return status.details.createdAtMs ?? Number.NaN;
}
