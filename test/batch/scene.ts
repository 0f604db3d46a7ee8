import { Batches } from '../../src/batch/batches.ts';
import { layeredBatchProvider } from '../../src/batch/layered-batch-provider.ts';
import type { RunSpec } from '../../src/contract/batch-run.ts';
import { commonLayers } from '../../src/session/layers/standard-layers.ts';
import { silentLogger, silentTracer } from '../../src/session/system-ports.ts';
import { SeededRandom, VirtualClock } from '../../src/testing/index.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';
import { SharedPoller } from '../../src/watch/shared-poller.ts';
import { ScriptedBatches, type ScriptedOptions } from './scripted-batches.ts';

/** The least that a start needs besides its runs. */
export const DEFAULTS = { workflowId: '1234567', roleArn: 'arn:aws:iam::123456789012:role/omics' };

/** So many runs, `r0` onwards. */
export function runsOf(count: number): RunSpec[] {
  return Array.from({ length: count }, (_, at) => ({ id: `r${at}`, parameters: { sample: at } }));
}

/** A scripted service, and as many processes in front of it as a test needs. */
export function setUp(options: Partial<ScriptedOptions> = {}) {
  const clock = new VirtualClock();
  const service = new ScriptedBatches({ clock, ...options });
  const random = new SeededRandom(7);
  const process = (): Batches => {
    const budget = new RateBudget(clock, service.capabilities.callsPerSecond);
    const provider = layeredBatchProvider(service, commonLayers({ clock, random, tracer: silentTracer, budget }));
    const watcher = new SharedPoller({ provider, clock, random, logger: silentLogger });
    const parts = { environment: 'test', owner: 'tests', provider, watcher, clock, random, logger: silentLogger };
    return new Batches(parts);
  };
  return { clock, service, process, batches: process() };
}

/** All entries of an iterable. */
export async function allOf<Entry>(entries: AsyncIterable<Entry>): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}
