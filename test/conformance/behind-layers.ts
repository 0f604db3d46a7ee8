import { wrappedSubject, type ConformanceSubject } from '../../src/conformance/index.ts';
import { layeredProvider } from '../../src/session/layers/layered-provider.ts';
import { standardLayers } from '../../src/session/layers/standard-layers.ts';
import { RecordingTracer, SeededRandom } from '../../src/testing/index.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';

/** The subject with its provider behind all layers of the core. */
export function behindLayers(subject: ConformanceSubject): ConformanceSubject {
  return wrappedSubject(subject, {
    name: 'behind all layers',
    layered: true,
    wrap: (provider, { time: { clock } }) =>
      layeredProvider(
        provider,
        standardLayers({
          clock,
          random: new SeededRandom(),
          tracer: new RecordingTracer(),
          budget: new RateBudget(clock, provider.capabilities.callsPerSecond),
          providersWith: async () => ['another-provider'],
        }),
      ),
  });
}
