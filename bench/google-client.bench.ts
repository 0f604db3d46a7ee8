import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SessionControllerClient } from '@google-cloud/dataproc';
import { credentials } from '@grpc/grpc-js';
import { createContainer, CLOCK, PROVIDER_ADAPTER, RANDOM, SESSIONS } from 'anysession/container';
import { startEmulator } from 'anysession/emulator';
import { SeededRandom, VirtualClock } from 'anysession/testing';
import { PassThroughClient } from 'google-auth-library';
import { atMost, report, type Bar, type BenchReport } from './report.ts';
import { summarize, type Samples } from './samples.ts';

/** How long starts take: around 5, 20 and 45 s, and the minute or two and a half that Google's client draws its progress for. */
const GROUPS: readonly { readonly name: string; readonly minMs: number; readonly maxMs: number }[] = [
  { name: '5 s', minMs: 2_500, maxMs: 7_500 },
  { name: '20 s', minMs: 17_500, maxMs: 22_500 },
  { name: '45 s', minMs: 42_500, maxMs: 47_500 },
  { name: '60 to 150 s', minMs: 60_000, maxMs: 150_000 },
];
/** Per group, evenly spread, in steps that do not fit into the pauses of either side. */
const STARTS = 97;
/**
 * The longest pause of Google's own Python client between two polls of the operation. Its first poll is immediate, and each pause is
 * drawn from 0 to this.
 * @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (session.py, `operation.result`, read 2026-11-30)
 * @see https://github.com/googleapis/python-api-core (retry/retry_base.py, `exponential_sleep_generator`, read 2026-11-30)
 */
const GOOGLE_LONGEST_PAUSE_MS = 5_000;
/** How far time goes between two looks at whether it is over; timers fire exactly. */
const STEP_MS = 1_000;
const PROJECT = 'bench-project';
const REGION = 'us-central1';

interface Watched {
  readonly calls: number;
  /** From the moment the session was ready until its watcher knew. */
  readonly delayMs: number;
}

/** What it costs, in calls, to learn when a session of Dataproc is ready, and how late one learns it: in virtual time, by the emulator's log. */
export async function bench(): Promise<BenchReport> {
  const figures: Record<string, Samples> = {};
  const ratios: Record<string, number> = {};
  const bars: Bar[] = [];
  for (const { name, minMs, maxMs } of GROUPS) {
    const ours: Watched[] = [];
    const google: Watched[] = [];
    for (let at = 0; at < STARTS; at++) {
      const startupMs = Math.round(minMs + ((at + 0.5) / STARTS) * (maxMs - minMs));
      ours.push(await watch(startupMs, 'GetSession', ourWay));
      google.push(await watch(startupMs, 'GetOperation', googleWay));
    }
    for (const [key, unit, what] of [
      ['calls', 'calls', 'calls until ready'],
      ['delayMs', 'ms', 'seen late by'],
    ] as const) {
      const ratio = mean(ours, key) / mean(google, key);
      figures[`${name}: ${what}, ours`] = samplesOf(unit, ours, key);
      figures[`${name}: ${what}, Google's`] = samplesOf(unit, google, key);
      ratios[`${name}: ${what}, mean`] = ratio;
      bars.push(atMost(`× of Google's client, starts of ${name}, ${what}, mean`, ratio, 1));
    }
  }
  return report({ name: 'google-client', figures, ratios, bars });
}

function samplesOf(unit: Samples['unit'], watched: readonly Watched[], key: keyof Watched): Samples {
  return summarize(
    unit,
    watched.map((one) => one[key]),
  );
}

interface Scene {
  readonly random: SeededRandom;
  readonly url: string;
  readonly clock: VirtualClock;
  /** Time stands still while a request is under way. */
  readonly underWay: <Answer>(request: Promise<Answer>) => Promise<Answer>;
}

/** Called when a session has been started, and when it is known to be ready. */
interface Marks {
  readonly started: () => void;
  readonly ready: () => void;
}

/** Starts a session and watches it until it is ready, in its own process. */
async function watch(
  startupMs: number,
  operation: string,
  way: (scene: Scene, marks: Marks) => Promise<void>,
): Promise<Watched> {
  const requests = new Set<Promise<unknown>>();
  const clock = new VirtualClock({
    async settle() {
      do {
        await Promise.allSettled(requests);
        await new Promise(setImmediate);
      } while (requests.size > 0);
    },
  });
  await using emulator = await startEmulator({
    services: ['dataproc'],
    clock,
    startupMs,
    dataproc: { endpointLagMs: 0 },
  });
  const underWay = <Answer>(request: Promise<Answer>): Promise<Answer> => {
    requests.add(request);
    const done = (): void => void requests.delete(request);
    request.then(done, done);
    return request;
  };
  const looks = (): number => emulator.log().filter((call) => call.operation === operation).length;
  const seen = { calls: 0, atMs: 0, isReady: false };
  const note = (): void => {
    seen.calls = looks() - seen.calls;
    seen.atMs = clock.monotonicMs() - seen.atMs;
  };
  const watching = way(
    { url: emulator.urls.dataprocGrpc, clock, random: new SeededRandom(startupMs), underWay },
    { started: note, ready: note },
  ).finally(() => {
    seen.isReady = true;
  });
  while (!seen.isReady) await clock.advance(STEP_MS);
  await watching;
  return { calls: seen.calls, delayMs: seen.atMs - startupMs };
}

async function ourWay({ url, clock, random, underWay }: Scene, { started, ready }: Marks): Promise<void> {
  // Nothing is learned: each start is the first one of its host.
  const cache = mkdtempSync(join(tmpdir(), 'anysession-bench-'));
  process.env['XDG_CACHE_HOME'] = cache;
  const environment = { provider: 'dataproc', project: PROJECT, region: REGION, endpoint: url };
  const container = await createContainer({
    config: { defaultEnvironment: 'bench', environments: { bench: environment } },
    env: {},
  });
  container.rebind(CLOCK).toConstantValue(clock);
  container.rebind(RANDOM).toConstantValue(random);
  const adapter = container.get(PROVIDER_ADAPTER);
  container.rebind(PROVIDER_ADAPTER).toConstantValue({
    ...adapter,
    id: adapter.id,
    start: (request, call) => underWay(adapter.start(request, call)),
    describe: (handle, call) => underWay(adapter.describe(handle, call)),
    listPage: (filter, cursor, call) => underWay(adapter.listPage(filter, cursor, call)),
    terminate: (handle, call) => underWay(adapter.terminate(handle, call)),
    close: () => adapter.close(),
  });
  const sessions = container.get(SESSIONS);
  const session = await sessions.start();
  started();
  await session.whenReady();
  ready();
  session.detach();
  await sessions.close();
  rmSync(cache, { recursive: true, force: true });
}

async function googleWay({ url, clock, random, underWay }: Scene, { started, ready }: Marks): Promise<void> {
  const { hostname, port } = new URL(url);
  const client = new SessionControllerClient({
    apiEndpoint: hostname,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    authClient: new PassThroughClient(),
  });
  const parent = `projects/${PROJECT}/locations/${REGION}`;
  const session = { name: `${parent}/sessions/bench-session`, sparkConnectSession: {} };
  const [{ name = '' }] = await underWay(client.createSession({ parent, sessionId: 'bench-session', session }));
  started();
  for (;;) {
    const { done = false } = await underWay(client.checkCreateSessionProgress(name));
    if (done) break;
    await new Promise<void>((resolve) => clock.schedule(random.next() * GOOGLE_LONGEST_PAUSE_MS, resolve));
  }
  ready();
  await client.close();
}

function mean(watched: readonly Watched[], key: keyof Watched): number {
  return watched.reduce((sum, one) => sum + one[key], 0) / watched.length;
}
