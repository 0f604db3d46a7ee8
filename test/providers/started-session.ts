import { createProvider, createSessions, createWatcher } from '../../src/compose.ts';
import type { EnvironmentConfig } from '../../src/config/config-options.ts';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';
import { RecordingLogger, RecordingTracer, SeededRandom } from '../../src/testing/index.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';
import { openBench } from './_aws/bench.ts';

/** The emulated services that have sessions. */
export const CLOUDS = ['athena', 'emr-serverless', 'dataproc', 'dataproc over REST'] as const;
export type Cloud = (typeof CLOUDS)[number];

/** The sessions of a real provider over its emulator, behind layers and facade; closed by the test. */
export async function openCloud(cloud: Cloud, options: EmulatorOptions = {}) {
  const bench = await openBench(cloud === 'dataproc over REST' ? 'dataproc' : cloud, {}, options);
  const { clock, emulator, settle } = bench;
  const adapter =
    cloud === 'dataproc over REST'
      ? bench.another({ transport: 'rest', apiEndpoint: emulator.urls.dataprocRest })
      : bench.provider;
  const random = new SeededRandom();
  const logger = new RecordingLogger();
  const budget = new RateBudget(clock, adapter.capabilities.callsPerSecond);
  const provider = createProvider(adapter, clock, random, new RecordingTracer(), budget);
  const watcher = createWatcher(provider, clock, random, logger);
  const config = { environment: 'test', owner: 'tests', session: {} } as EnvironmentConfig;
  const sessions = createSessions(config, provider, undefined, watcher, clock, random, logger);
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
  };
  const live = (): readonly string[] => emulator.oracle.live().map(({ id }) => id);
  return { emulator, clock, settle, sessions, pass, live };
}

/** The same with a started session. */
export async function startSession(cloud: Cloud, options: EmulatorOptions = {}) {
  const opened = await openCloud(cloud, options);
  return { ...opened, session: await opened.settle(opened.sessions.start()) };
}
