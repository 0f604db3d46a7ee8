import { dirname } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { localCapabilities } from '../../providers/local/capabilities.ts';
import type { LocalConfig } from '../../providers/local/options.ts';
import { loadSparkEngine } from '../../providers/local/spark/spark-engine.ts';
import { registerConformance, type ConformanceSubject } from '../../src/conformance/index.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { sparkConnectFactory } from '../../src/spark-connect/spark-connect-factory.ts';
import { behindLayers } from '../conformance/behind-layers.ts';
import { openLocalFixture, smallPages } from '../providers/local/local-subject.ts';
import { pythonFor } from './engine-homes.ts';
import { SPARK_SAMPLES } from './spark-samples.ts';

const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
const config: LocalConfig = {
  engine: 'sail',
  pythonEnvironment: dirname(dirname(pythonFor('sail'))),
  database: ':memory:',
  memoryLimit: undefined,
  threads: undefined,
  init: [],
};
const engine = loadSparkEngine(config, { ...ports, sparkConnect: sparkConnectFactory(ports) });
/** Keeps the server through all cases. */
const keeper = engine.open({
  sessionId: 'keeper',
  config,
  sparkConf: {},
  signal: new AbortController().signal,
  noteBroken: () => {},
});

afterAll(async () => (await keeper).close());

const capabilities = smallPages(localCapabilities(config));

const sail: ConformanceSubject = {
  name: 'local on Sail',
  capabilities,
  faults: ['broken-start'],
  layered: false,
  sql: SPARK_SAMPLES,
  patienceMs: 20_000,
  caseLimitMs: 60_000,
  open: () => openLocalFixture({ engine, config, capabilities }),
};

describe.each([
  { subject: sail, run: 46 },
  { subject: behindLayers(sail), run: 49 },
])('$subject.name', ({ subject, run }) => {
  const registered = registerConformance({ describe, it, subject });

  it(`runs ${run} cases`, () => {
    expect(registered.run).toBe(run);
  });
});
