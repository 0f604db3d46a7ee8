import { systemRandom } from '../../src/session/system-ports.ts';
import { createHolders, createProvider, createSessions, createWatcher } from '../../src/compose.ts';
import type { EnvironmentConfig } from '../../src/config/config-options.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';
import { RecordingLogger, RecordingTracer, SeededRandom } from '../../src/testing/index.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';
import { openBench } from './_aws/bench.ts';

/** The clouds that report the usage of a session, and refuse a start beyond a quota with a code for that: EMR on EC2 does neither. */
export const METERED = ['athena', 'emr-serverless', 'glue', 'dataproc', 'dataproc over REST'] as const;
export type Metered = (typeof METERED)[number];

/** The emulated services that have sessions. */
export const CLOUDS = [...METERED, 'emr-ec2'] as const;
export type Cloud = (typeof CLOUDS)[number];

let opened = 0;

/** The sessions of a real provider over its emulator, behind layers and facade; closed by the test. */
export async function openCloud(
  cloud: Cloud,
  options: EmulatorOptions = {},
  environment: Partial<EnvironmentConfig> = {},
) {
  const bench = await openBench(cloud === 'dataproc over REST' ? 'dataproc' : cloud, {}, options);
  const { clock, emulator, settle } = bench;
  const adapter =
    cloud === 'dataproc over REST'
      ? bench.another({ transport: 'rest', endpoint: emulator.urls.dataprocRest })
      : bench.provider;
  // Their own tokens: a session that an earlier test left is held by this process.
  const random = new SeededRandom(++opened);
  const logger = new RecordingLogger();
  const budget = new RateBudget(clock, adapter.capabilities.callsPerSecond);
  const provider = createProvider(adapter, clock, random, new RecordingTracer(), budget);
  const watcher = createWatcher(provider, clock, random, logger, budget);
  const config = { environment: 'test', owner: 'tests', session: {}, ...environment } as EnvironmentConfig;
  const holders = createHolders(clock, systemRandom, logger);
  const sessions = createSessions(config, provider, undefined, watcher, holders, clock, random, logger);
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
  };
  const live = (): readonly string[] => emulator.oracle.live().map(({ id }) => id);
  return { emulator, clock, settle, sessions, logger, pass, live };
}

/** The same with a started session. */
export async function startSession(cloud: Cloud, options: EmulatorOptions = {}) {
  const cloudSessions = await openCloud(cloud, options);
  return { ...cloudSessions, session: await cloudSessions.settle(cloudSessions.sessions.start()) };
}
