import type { BatchFault, BatchFixture, BatchSubject } from '../../../src/conformance/index.ts';
import { layeredBatchProvider } from '../../../src/batch/layered-batch-provider.ts';
import type { BatchOperation, BatchProvider } from '../../../src/provider-kit/index.ts';
import type { Emulator, EmulatorOptions, Fault } from '../../../src/emulator/index.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { plugin } from '../../../providers/healthomics/index.ts';
import { commonLayers } from '../../../src/session/layers/standard-layers.ts';
import { silentTracer } from '../../../src/session/system-ports.ts';
import { RecordingLogger, SeededRandom, VirtualClock } from '../../../src/testing/index.ts';
import { RateBudget } from '../../../src/watch/rate-budget.ts';
import { socketTime, TEST_CREDENTIALS } from '../athena/emulated-subject.ts';

/** What the service calls our verbs; what changes something is what the kit counts. */
const NATIVE: Readonly<Partial<Record<BatchOperation, string>>> = {
  startBatch: 'StartRunBatch',
  describe: 'GetBatch',
  cancel: 'CancelRunBatch',
  deleteRuns: 'DeleteRunBatch',
  deleteRecord: 'DeleteBatch',
};

const DOOMED = { refused: 'doomed-refused', failing: 'doomed-failing' };

/** How the adapter stands in front of its emulated service. */
export interface BatchSetup {
  readonly name: string;
  readonly layered?: boolean;
  readonly emulator?: EmulatorOptions;
  readonly faults?: readonly BatchFault['kind'][];
}

/** The HealthOmics adapter over its emulator, through the real SDK and real sockets; the emulator is the oracle. */
export function healthOmicsSubject({
  name,
  layered = false,
  emulator,
  faults = ['lost-answer', 'unknown-state'],
}: BatchSetup): BatchSubject {
  return {
    name,
    capabilities: create({ endpoint: 'http://127.0.0.1:9', s3Endpoint: 'http://127.0.0.1:9' }, new VirtualClock())
      .capabilities,
    faults,
    doomedRuns: DOOMED,
    layered,
    patienceMs: 2_000,
    caseLimitMs: 60_000,
    open: () => open(layered, emulator),
  };
}

async function open(layered: boolean, options: EmulatorOptions = {}): Promise<BatchFixture> {
  const clock = new VirtualClock();
  const emulator = await startEmulator({
    services: ['healthomics', 's3'],
    clock,
    ...options,
    healthomics: {
      submissionsPerSecond: 1,
      runMs: 30_000,
      refusedRuns: [DOOMED.refused],
      failingRuns: [DOOMED.failing],
      // The rate budget is the layers'; what stands bare has none and starts as fast as the kit does.
      ...(!layered && { rates: { StartRunBatch: { perSecond: 100 } } }),
    },
  });
  const endpoints = { endpoint: emulator.urls.healthomics, s3Endpoint: emulator.urls.s3 };
  const providers: BatchProvider[] = [];
  return {
    createProvider() {
      const provider = create(endpoints, clock);
      providers.push(provider);
      return layered ? behindLayers(provider, clock) : provider;
    },
    time: socketTime(clock, () => emulator.log().length),
    oracle: {
      requestCount: (operation) =>
        emulator.log().filter((record) => operation === undefined || record.operation === NATIVE[operation]).length,
      started: () => emulator.oracle.batches().map(({ id }) => id),
      liveRuns: (batchId) => emulator.oracle.batches().find(({ id }) => id === batchId)?.liveRuns ?? 0,
    },
    unknownBatchId: '999999999',
    defaults: { workflowId: '1234567' },
    inject: (fault) => inject(emulator, fault),
    async dispose() {
      await Promise.all(providers.map((provider) => provider.close()));
      await emulator.close();
    },
  };
}

function inject(emulator: Emulator, fault: BatchFault): void {
  emulator.faults.add(toNativeFault(fault));
}

function toNativeFault(fault: BatchFault): Fault {
  if (fault.kind === 'unknown-state') return { kind: 'unknown-state', state: 'HIBERNATING', times: 100 };
  const operation = NATIVE[fault.operation];
  if (operation === undefined) throw new Error(`the kit loses no answer of ${fault.operation}`);
  return { kind: 'reset', when: 'after', operation };
}

function create(endpoints: { readonly endpoint: string; readonly s3Endpoint: string }, clock: VirtualClock) {
  const parsed = plugin.parseOptions({
    ...endpoints,
    region: 'us-east-1',
    roleArn: 'arn:aws:iam::123456789012:role/omics',
    outputUri: 's3://results/kit',
    runListUri: 's3://work/run-lists',
    credentials: TEST_CREDENTIALS,
  });
  if (!parsed.ok) throw new Error(`the options are wrong: ${JSON.stringify(parsed.problems)}`);
  return plugin.createBatches(parsed.config, { clock, random: new SeededRandom(), logger: new RecordingLogger() });
}

function behindLayers(provider: BatchProvider, clock: VirtualClock): BatchProvider {
  const budget = new RateBudget(clock, provider.capabilities.callsPerSecond);
  return layeredBatchProvider(
    provider,
    commonLayers({ clock, random: new SeededRandom(), tracer: silentTracer, budget }),
  );
}
