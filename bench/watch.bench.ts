import { SessionControllerClient } from '@google-cloud/dataproc';
import { credentials } from '@grpc/grpc-js';
import { createContainer, CLOCK, PROVIDER_ADAPTER, RANDOM, SESSIONS } from 'anysession/container';
import { startEmulator } from 'anysession/emulator';
import { SeededRandom, VirtualClock } from 'anysession/testing';
import { PassThroughClient } from 'google-auth-library';
import { atMost, type BenchReport, report } from './report.ts';
import { summarize, type Samples } from './samples.ts';

/** The fastest and the slowest start: what the provider expects, by the time that Google's own client draws its progress for. */
const FASTEST_MS = 60_000;
const SLOWEST_MS = 150_000;
/** Evenly spread, in steps that do not fit into the pauses of either side. */
const STARTS = 61;
const STARTS_MS = Array.from({ length: STARTS }, (_, at) =>
  Math.round(FASTEST_MS + ((at + 0.5) / STARTS) * (SLOWEST_MS - FASTEST_MS)),
);
/** How often Google's own Python client asks for the operation. @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (client/core.py, read 2026-11-20) */
const GOOGLE_POLL_MS = 5_000;
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
  const ours: Watched[] = [];
  const google: Watched[] = [];
  for (const startupMs of STARTS_MS) {
    ours.push(await watch(startupMs, 'GetSession', ourWay));
    google.push(await watch(startupMs, 'GetOperation', googleWay));
  }
  const calls = mean(ours, 'calls') / mean(google, 'calls');
  const delay = mean(ours, 'delayMs') / mean(google, 'delayMs');
  const samplesOf = (unit: Samples['unit'], watched: readonly Watched[], key: keyof Watched): Samples =>
    summarize(
      unit,
      watched.map((one) => one[key]),
    );
  return report({
    name: 'watch',
    figures: {
      'calls until ready, ours': samplesOf('calls', ours, 'calls'),
      "calls until ready, Google's": samplesOf('calls', google, 'calls'),
      'seen late by, ours': samplesOf('ms', ours, 'delayMs'),
      "seen late by, Google's": samplesOf('ms', google, 'delayMs'),
    },
    ratios: { 'calls, mean': calls, 'seen late by, mean': delay },
    bars: [
      atMost("× of the calls of Google's client, mean over the starts", calls, 1),
      atMost("× of the delay of Google's client, mean over the starts", delay, 0.5),
    ],
  });
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

/** Starts a session and watches it until it is ready, in a world of its own. */
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
  const environment = { provider: 'dataproc', project: PROJECT, region: REGION, apiEndpoint: url };
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
}

async function googleWay({ url, clock, underWay }: Scene, { started, ready }: Marks): Promise<void> {
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
  for (let done = false; !done;) {
    await new Promise<void>((resolve) => clock.schedule(GOOGLE_POLL_MS, resolve));
    ({ done = false } = await underWay(client.checkCreateSessionProgress(name)));
  }
  ready();
  await client.close();
}

function mean(watched: readonly Watched[], key: keyof Watched): number {
  return watched.reduce((sum, one) => sum + one[key], 0) / watched.length;
}
