// Waits for many sessions on a fast clock: node watch-load.mjs ENDPOINT SESSIONS SPEED EPOCH_MS WAIT_MS
// Prints what the waits cost this process: CPU per second of its own time, memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createContainer, CLOCK, SESSIONS } from 'anysession/container';

// Records of ten thousand holders are not the question here: no folder can be made there.
process.env.XDG_STATE_HOME = '/dev/null/none';

const [endpoint, ...numbers] = process.argv.slice(2);
const [count, speed, epochMs, waitMs] = numbers.map(Number);
const ONE_WAY_MS = 20;

/** Time that passes `speed` times as fast. */
const clock = {
  nowMs: () => epochMs + (Date.now() - epochMs) * speed,
  monotonicMs: () => performance.now() * speed,
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs / speed);
    return () => clearTimeout(timer);
  },
};
const sleep = (ms) => new Promise((resolve) => void clock.schedule(ms, resolve));

const options = {
  provider: 'athena',
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  endpoint,
  workgroup: 'spark35',
  readsPerSecond: 1e9,
  writesPerSecond: 1e9,
};
const config = { defaultEnvironment: 'bench', environments: { bench: options } };
const container = await createContainer({ config, env: {} });
container.rebind(CLOCK).toConstantValue(clock);
const sessions = container.get(SESSIONS);
const { provider } = sessions;
const listPage = provider.listPage.bind(provider);
provider.listPage = async (...call) => {
  await sleep(2 * ONE_WAY_MS);
  return listPage(...call);
};

const started = [];
while (started.length < count) {
  started.push(...(await Promise.all(Array.from({ length: 50 }, () => sessions.start()))));
}
console.log('started');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const limit = new AbortController();
const before = process.cpuUsage();
const fromMs = clock.monotonicMs();
const waits = Promise.allSettled(started.map((session) => session.whenReady({ signal: limit.signal })));
await Promise.race([waits, sleep(waitMs)]);
const { user, system } = process.cpuUsage(before);
const tookMs = clock.monotonicMs() - fromMs;
collectGarbage();
const heapMb = process.memoryUsage().heapUsed / 2 ** 20;
console.log(JSON.stringify({ tookMs, cpuPercent: (user + system) / 10 / tookMs, heapMb }));
limit.abort();
await waits;
for (const session of started) session.detach();
await sessions.close();
process.exit(0);
