import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/contract/ports.ts';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import { ATTEMPT_TIMEOUT_MS } from '../../../src/contract/operations.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import { composeLayers, type Layer } from '../../../src/session/layers/layer.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import { standardLayers } from '../../../src/session/layers/standard-layers.ts';
import { SCRIPTED_CAPABILITIES } from '../../../src/testing/scripted-capabilities.ts';
import { RateBudget } from '../../../src/watch/rate-budget.ts';
import { adapterOf, Scene, startRequest, unlimitedCall } from '../scene.ts';
import { failureOf } from '../../failure-of.ts';

describe('composeLayers', () => {
  it('makes the first layer the outermost one', async () => {
    const log: string[] = [];
    const noting =
      (name: string): Layer =>
      async (_, call, next) => {
        log.push(`${name} in`);
        const answer = await next(call);
        log.push(`${name} out`);
        return answer;
      };
    const scene = new Scene();
    const adapter = adapterOf(scene);
    const around = composeLayers([noting('outer'), noting('inner')]);
    const invocation = { operation: 'describe', provider: adapter } as const;
    await around(invocation, unlimitedCall(), async () => void log.push('adapter'));
    expect(log).toEqual(['outer in', 'inner in', 'adapter', 'inner out', 'outer out']);
  });
});

class NotingBudget extends RateBudget {
  readonly #log: string[];

  constructor(clock: Clock, log: string[]) {
    super(clock, false);
    this.#log = log;
  }

  override take(...args: Parameters<RateBudget['take']>): Promise<void> | undefined {
    this.#log.push('rate budget');
    return super.take(...args);
  }
}

/** All layers over an adapter, on ports that note what touches them, in order. */
function recordedLayers(start: SessionProvider['start']) {
  const log: string[] = [];
  const scene = new Scene();
  const adapter: SessionProvider = {
    ...adapterOf(scene),
    get capabilities() {
      log.push('capability check');
      return SCRIPTED_CAPABILITIES;
    },
    start(request, call) {
      log.push(`adapter, attempt ${call.attempt}`);
      return start(request, call);
    },
  };
  const layers = standardLayers({
    tracer: {
      startSpan: () => {
        log.push('trace begins');
        return {
          event: (name) => void log.push(`trace event ${name}`),
          end: (error) => void log.push(SessionError.is(error) ? `trace ends with ${error.kind}` : 'trace ends'),
        };
      },
    },
    clock: {
      nowMs: () => scene.clock.nowMs(),
      monotonicMs: () => scene.clock.monotonicMs(),
      schedule: (delayMs, callback) => {
        log.push(delayMs === ATTEMPT_TIMEOUT_MS ? 'limit of an attempt' : 'retry pause');
        return scene.clock.schedule(delayMs, callback);
      },
    },
    random: {
      next: () => {
        log.push('retry');
        return 0.5;
      },
      hex: () => '',
    },
    budget: new NotingBudget(scene.clock, log),
    providersWith: () => Promise.reject(new TypeError('the catalog is broken')),
  });
  const provider = layeredProvider(adapter, layers);
  log.length = 0;
  return { scene, log, provider };
}

describe('the standard layers', () => {
  it('C-100 are trace, error context, capability check, deadline, retry, rate budget, adapter, in this order', async () => {
    let attempts = 0;
    const { scene, log, provider } = recordedLayers(() => {
      attempts += 1;
      return Promise.reject(
        new SessionError(attempts === 1 ? 'unavailable' : 'forbidden', 'no', { operation: 'start' }),
      );
    });
    const error = await failureOf(scene.settled(provider.start(startRequest(), unlimitedCall())));
    expect(log).toEqual([
      'trace begins',
      'capability check',
      'limit of an attempt',
      'rate budget',
      'adapter, attempt 1',
      'retry',
      'trace event retry',
      'retry pause',
      'limit of an attempt',
      'rate budget',
      'adapter, attempt 2',
      'trace ends with forbidden',
    ]);
    expect(error).toMatchObject({ kind: 'forbidden', provider: 'scripted' });
  });

  it('C-100 error context stands between trace and capability check: what breaks in the check is traced as a SessionError', async () => {
    const { log, provider } = recordedLayers(() => Promise.reject(new Error('not reached')));
    const error = await failureOf(provider.start(startRequest({ size: 'small' }), unlimitedCall()));
    expect(error).toMatchObject({
      kind: 'internal',
      provider: 'scripted',
      cause: { message: 'the catalog is broken' },
    });
    expect(log).toEqual(['trace begins', 'capability check', 'trace ends with internal']);
  });
});
