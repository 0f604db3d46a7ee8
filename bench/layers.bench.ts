import type { Observation, SessionProvider, Tracer } from 'anysession';
import { CLOCK, createContainer, PROVIDER_ADAPTER, SESSION_PROVIDER, TRACER } from 'anysession/container';
import { RecordingTracer, SCRIPTED_CAPABILITIES } from 'anysession/testing';
import { atMost, type BenchReport, report } from './report.ts';
import { cpuPerCall, interleave, summarize } from './samples.ts';

const ROUNDS = 15;
const CALLS = 20_000;
const TIMEOUT_MS = 30_000;
/** The layers do more: retries, a rate budget, capability checks, errors with context. */
const LIMIT = 3;

/** What all layers together cost one describe, compared with a span, a deadline and a joined signal written by hand. */
export async function bench(): Promise<BenchReport> {
  const container = await createContainer({
    config: { defaultEnvironment: 'bench', environments: { bench: { provider: 'anysession/testing' } } },
  });
  const tracer = new RecordingTracer();
  const adapter = instantProvider();
  container.rebind(PROVIDER_ADAPTER).toConstantValue(adapter);
  container.rebind(TRACER).toConstantValue(tracer);
  const clock = container.get(CLOCK);
  const layered = container.get(SESSION_PROVIDER);
  const { signal } = new AbortController();
  const { handle } = OBSERVATION;

  const describes = (provider: SessionProvider) => async (): Promise<number> => {
    const cpu = await cpuPerCall(CALLS, () =>
      provider.describe(handle, { signal, deadline: clock.monotonicMs() + TIMEOUT_MS, attempt: 1 }),
    );
    tracer.spans.length = 0;
    return cpu;
  };
  const cpu = await interleave(ROUNDS, {
    layered: describes(layered),
    handWritten: describes(handWritten(adapter, tracer)),
    bare: describes(adapter),
  });
  const [all, reference] = [summarize('µs', cpu.layered), summarize('µs', cpu.handWritten)];
  const bare = summarize('µs', cpu.bare);
  return report({
    name: 'layers',
    figures: { 'describe, all layers': all, 'describe, written by hand': reference, 'describe, bare': bare },
    ratios: { 'all layers / written by hand': all.median / reference.median },
    bars: [atMost('× of the CPU of the code written by hand', all.median / reference.median, LIMIT)],
  });
}

const OBSERVATION: Observation = {
  handle: { v: 1, provider: 'instant', scope: 'bench', id: 's-1' },
  nativeState: 'IDLE',
  state: 'ready',
  acceptsWork: true,
  final: false,
  observedAtMs: 0,
  details: {},
};

/** Answers at once, so that what remains is the layers. Its service bears more calls than one process can make. */
function instantProvider(): SessionProvider {
  const answer = (): Promise<Observation> => Promise.resolve(OBSERVATION);
  return {
    id: 'instant',
    scope: 'bench',
    capabilities: Object.freeze({
      ...SCRIPTED_CAPABILITIES,
      sql: false,
      sparkConnect: false,
      dashboard: false,
      callsPerSecond: { reads: 1e9, writes: 1e9 },
    }),
    start: answer,
    describe: answer,
    terminate: answer,
    listPage: () => Promise.resolve({ observations: [OBSERVATION] }),
    close: () => Promise.resolve(),
  };
}

/** The plainest code around one call that has a span, a deadline and the caller's signal, and that leaves nothing behind. */
function handWritten(adapter: SessionProvider, tracer: Tracer): SessionProvider {
  return {
    ...adapter,
    async describe(handle, call) {
      const span = tracer.startSpan('describe', { provider: adapter.id, session: handle.id });
      const controller = new AbortController();
      const stop = (): void => {
        controller.abort(call.signal.reason);
      };
      call.signal.addEventListener('abort', stop, { once: true });
      const timer = setTimeout(() => {
        controller.abort(new Error('timeout'));
      }, TIMEOUT_MS);
      try {
        const answer = await adapter.describe(handle, { ...call, signal: controller.signal });
        span.end();
        return answer;
      } catch (error) {
        span.end(error);
        throw error;
      } finally {
        clearTimeout(timer);
        call.signal.removeEventListener('abort', stop);
      }
    },
  };
}
