import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderPlugin } from '../../../src/contract/provider-plugin.ts';
import { SessionError } from '../../../src/contract/session-error.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { Emulator, EmulatorOptions, Fault, ServiceId } from '../../../src/emulator/index.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { layeredProvider } from '../../../src/session/layers/layered-provider.ts';
import { standardLayers } from '../../../src/session/layers/standard-layers.ts';
import { RecordingTracer, SeededRandom, VirtualClock } from '../../../src/testing/index.ts';
import { RateBudget } from '../../../src/watch/rate-budget.ts';
import { createFromPlugin, optionsOver, socketTime, unlimited, type EmulatedOptions } from './emulated-subject.ts';

/** What may happen at the same time as the others of its batch. */
type Step =
  | { readonly do: 'start'; readonly key: number; readonly abortAfterMs: number | undefined }
  | { readonly do: 'describe' | 'terminate'; readonly pick: number; readonly abortAfterMs: number | undefined }
  | { readonly do: 'list' }
  | { readonly do: 'break'; readonly fault: Fault }
  | { readonly do: 'wait'; readonly ms: number };

/** One run: batches one after the other, the steps of a batch at once; behind the layers of the core or bare. */
interface Run {
  readonly layered: boolean;
  readonly batches: readonly (readonly Step[])[];
}

function faultsOf(operations: readonly string[]): fc.Arbitrary<Fault> {
  const anOperation = fc.constantFrom(...operations);
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom('throttle' as const, 'server-error' as const, 'html' as const),
      operation: anOperation,
    }),
    fc.record({
      kind: fc.constant('reset' as const),
      when: fc.constantFrom('before' as const, 'after' as const),
      operation: anOperation,
    }),
    fc.record({ kind: fc.constant('lost-answer' as const), operation: anOperation }),
    fc.record({
      kind: fc.constant('slow' as const),
      delayMs: fc.integer({ min: 1, max: 2_000 }),
      operation: anOperation,
    }),
    fc.record({ kind: fc.constant('unknown-state' as const), state: fc.constant('HIBERNATING') }),
    fc.record({
      kind: fc.constant('session-becomes' as const),
      state: fc.constant('FAILED'),
      afterMs: fc.integer({ min: 0, max: 2_000 }),
    }),
  );
}

const anAbort = fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined, freq: 3 });

const stepsOf = (operations: readonly string[]): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('start' as const), key: fc.nat(2), abortAfterMs: anAbort }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('describe' as const, 'terminate' as const),
        pick: fc.nat(5),
        abortAfterMs: anAbort,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('list' as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('break' as const), fault: faultsOf(operations) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5_000 }) }) },
  );

/** Runs of a few batches over a service whose operations have these names. */
const runsOver = (operations: readonly string[]): fc.Arbitrary<Run> =>
  fc.record({
    layered: fc.boolean(),
    batches: fc.array(fc.array(stepsOf(operations), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
  });

/** How many runs a property has: few in the fast suite, 500 in `npm run test:properties`. */
const RUNS = Number(process.env['ANYSESSION_INTERLEAVINGS'] ?? 20);

/** How long a bare call may take, milliseconds of the virtual clock. */
const CALL_MS = 30_000;

/** One provider over one emulated service. */
export interface InterleavingsSetup {
  readonly name: string;
  readonly service: ServiceId;
  readonly plugin: ProviderPlugin;
  readonly options: EmulatedOptions;
  readonly emulator?: EmulatorOptions;
  /** The service's operations, for faults. */
  readonly operations?: readonly string[];
}

/** Registers the property for each setup; they wait more than they work, so all run at once. */
export function registerInterleavings(...setups: readonly InterleavingsSetup[]): void {
  describe.concurrent.each(setups)('$name under interleaved calls, aborts and faults', (setup) => {
    it(
      'leaves no live session behind and starts no token twice (C-020, C-021, C-022, C-025)',
      { timeout: 600_000 },
      async () => {
        const interleavings = await Interleavings.open(setup);
        try {
          const runs = runsOver(setup.operations ?? ['StartSession', 'GetSession', 'ListSessions', 'TerminateSession']);
          await fc.assert(
            fc.asyncProperty(runs, (run) => interleavings.play(run)),
            { numRuns: RUNS },
          );
        } finally {
          await interleavings.close();
        }
      },
    );
  });
}

/** One emulator and a provider over it, bare and layered, through which run after run goes. */
class Interleavings {
  readonly #emulator: Emulator;
  readonly #service: ServiceId;
  readonly #clock: VirtualClock;
  readonly #bare: SessionProvider;
  readonly #layered: SessionProvider;
  #runs = 0;

  private constructor(parts: { emulator: Emulator; service: ServiceId; clock: VirtualClock; bare: SessionProvider }) {
    this.#emulator = parts.emulator;
    this.#service = parts.service;
    this.#clock = parts.clock;
    this.#bare = parts.bare;
    this.#layered = layeredProvider(
      parts.bare,
      standardLayers({
        clock: parts.clock,
        random: new SeededRandom(),
        tracer: new RecordingTracer(),
        budget: new RateBudget(parts.clock, false),
        providersWith: async () => [],
      }),
    );
  }

  static async open({ service, plugin, options, ...setup }: InterleavingsSetup): Promise<Interleavings> {
    const clock = new VirtualClock();
    const emulator = await startEmulator({ services: [service], clock, ...setup.emulator });
    const bare = createFromPlugin(plugin, optionsOver(options, service, emulator), { clock });
    return new Interleavings({ emulator, service, clock, bare });
  }

  async close(): Promise<void> {
    await this.#bare.close();
    await this.#emulator.close();
  }

  /** Plays one run to its end, cleans up as a sweeper would, and asks the emulator what really happened. */
  async play({ layered, batches }: Run): Promise<void> {
    this.#runs += 1;
    const provider = layered ? this.#layered : this.#bare;
    const seen: SessionHandle[] = [];
    const starts = new Map<string, { failedWithoutEffect: number; others: number }>();
    for (const batch of batches) {
      await this.#settle(Promise.all(batch.map((step) => this.#perform(step, { provider, seen, starts }))));
    }
    this.#emulator.faults.clear();
    await arrived();
    await this.#sweep();
    await this.#clock.advance(10_000);
    expect(this.#emulator.oracle.live(this.#service)).toEqual([]);
    for (const [token, { failedWithoutEffect, others }] of starts) {
      const started = this.#sessionsNamedAfter(token);
      expect(started).toBeLessThanOrEqual(1);
      if (others === 0 && failedWithoutEffect > 0) expect(started).toBe(0);
    }
    expect(this.#clock.pendingTimers).toBe(0);
  }

  async #perform(
    step: Step,
    run: {
      readonly provider: SessionProvider;
      readonly seen: SessionHandle[];
      readonly starts: Map<string, { failedWithoutEffect: number; others: number }>;
    },
  ): Promise<void> {
    const { provider, seen, starts } = run;
    if (step.do === 'break') return this.#emulator.faults.add(step.fault);
    if (step.do === 'wait') return this.#clock.advance(step.ms);
    const deadline = this.#clock.monotonicMs() + CALL_MS;
    if (step.do === 'list') {
      return tolerate(
        provider.listPage({}, undefined, { ...unlimited(), deadline }).then(({ observations }) => {
          seen.push(...observations.map(({ handle }) => handle));
        }),
      );
    }
    const controller = new AbortController();
    const { abortAfterMs } = step;
    const timer = abortAfterMs === undefined ? undefined : setTimeout(() => controller.abort(), abortAfterMs);
    const call = { signal: controller.signal, deadline, attempt: 1 };
    try {
      if (step.do === 'start') {
        const token = `as-${String(this.#runs).padStart(27, '0')}${step.key}-1`;
        const count = starts.get(token) ?? { failedWithoutEffect: 0, others: 0 };
        starts.set(token, count);
        try {
          const { handle } = await provider.start({ token, owner: 'fuzz', idleTimeoutMs: 600_000, labels: {} }, call);
          seen.push(handle);
          count.others += 1;
        } catch (error) {
          if (!SessionError.is(error)) throw error;
          if (error.effect === 'none') count.failedWithoutEffect += 1;
          else count.others += 1;
        }
        return;
      }
      const handle = seen[step.pick % Math.max(1, seen.length)];
      if (handle !== undefined) await tolerate(provider[step.do](handle, call).then(() => {}));
    } finally {
      clearTimeout(timer);
    }
  }

  /** By the ownership on the wire, not by the idempotency token: a token that changed from try to try would hide what it did. */
  #sessionsNamedAfter(token: string): number {
    // Where the caller names sessions, one token is one name: what counts is how many had it.
    if (this.#service === 'dataproc' || this.#service === 'glue') {
      return this.#emulator.oracle.sessions(this.#service).filter(({ id }) => id === token).length;
    }
    const ids = new Set<string>();
    for (const { operation, sessionId, input } of this.#emulator.log()) {
      if (operation !== 'StartSession' || sessionId === undefined) continue;
      if (JSON.stringify(input).includes(`anysession:fuzz:${token}"`)) ids.add(sessionId);
    }
    return ids.size;
  }

  /**
   * Every session that the list shows is ours here: all of them are terminated, as often as it takes. Behind the layers, because
   * a connection that many calls share may still be on its way down from the last fault.
   */
  async #sweep(): Promise<void> {
    for (let round = 0; round < 5; round++) {
      let found = 0;
      let cursor: string | undefined;
      do {
        const page = await this.#settle(this.#layered.listPage({}, cursor, unlimited()));
        for (const { handle, details } of page.observations) {
          expect(details.ownership?.owner).toBe('fuzz');
          found += 1;
          await this.#settle(this.#layered.terminate(handle, unlimited()));
        }
        cursor = page.next;
      } while (cursor !== undefined);
      if (found === 0) return;
      await this.#clock.advance(2_000);
    }
  }

  #settle<T>(promise: Promise<T>): Promise<T> {
    return socketTime(this.#clock, () => this.#emulator.log().length).settle(promise);
  }
}

/** Until what aborted calls had already written is read by the service: both sides share an event loop, so a few turns do. */
async function arrived(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Any failure is fine as long as it is one of ours. */
async function tolerate(promise: Promise<void>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (!SessionError.is(error)) throw error;
  }
}
