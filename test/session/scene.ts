import { startRequest as anyStartRequest } from '../calls.ts';
import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { Watcher } from '../../src/contract/watcher.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { layeredProvider } from '../../src/session/layers/layered-provider.ts';
import { standardLayers } from '../../src/session/layers/standard-layers.ts';
import { Sessions } from '../../src/session/sessions.ts';
import type { SessionDefaults } from '../../src/contract/session-defaults.ts';
import { RecordingLogger, RecordingTracer } from '../../src/testing/recording.ts';
import { ScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { ScriptedService, type ScriptedServiceOptions } from '../../src/testing/scripted-service.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { VirtualClock, type VirtualClockOptions } from '../../src/testing/virtual-clock.ts';
import { PollingWatcher } from '../../src/watch/polling-watcher.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';

/** What differs from a plain scene. */
export interface SceneOptions extends Partial<Omit<ScriptedServiceOptions, 'clock'>> {
  readonly seed?: number;
  readonly time?: VirtualClockOptions;
}

/** A scripted service and everything that several processes over it would share in one machine: time. */
export class Scene {
  readonly clock: VirtualClock;
  readonly service: ScriptedService;
  readonly #seed: number;
  #processes = 0;

  constructor({ seed = 1, time, ...service }: SceneOptions = {}) {
    this.clock = new VirtualClock(time);
    this.service = new ScriptedService({ ...service, clock: this.clock });
    this.#seed = seed;
  }

  /** One process: its own provider, layers, randomness and facade over the common service. */
  process(changes: Partial<ProcessChanges> = {}): SceneProcess {
    this.#processes += 1;
    return new SceneProcess(this, { ...changes, seed: this.#seed * 1_000 + this.#processes });
  }

  /** Lets time pass, timer by timer, until the promise settles. */
  settled<T>(promise: Promise<T>): Promise<T> {
    return this.clock.runUntilSettled(promise);
  }
}

/** What a process does otherwise than the others. */
export interface ProcessChanges {
  readonly adapter: SessionProvider;
  readonly watcher: Watcher;
  readonly owner: string;
  readonly defaults: SessionDefaults;
  readonly providersWith: (has: (capabilities: Capabilities) => boolean) => Promise<readonly string[]>;
}

/** One process of a {@link Scene}, with its recorders. */
export class SceneProcess {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly logger = new RecordingLogger();
  readonly tracer = new RecordingTracer();
  readonly budget: RateBudget;
  readonly provider: SessionProvider;
  readonly sessions: Sessions;

  constructor(scene: Scene, changes: Partial<ProcessChanges> & { readonly seed: number }) {
    const { clock, service } = scene;
    const {
      adapter = new ScriptedProvider({ service, clock }),
      owner = 'data-platform',
      defaults = {},
      providersWith = () => Promise.resolve(['local', 'emr']),
    } = changes;
    this.clock = clock;
    this.random = new SeededRandom(changes.seed);
    this.budget = new RateBudget(clock, adapter.capabilities.callsPerSecond);
    const { random, logger, tracer, budget } = this;
    this.provider = layeredProvider(adapter, standardLayers({ clock, random, tracer, budget, providersWith }));
    const { provider } = this;
    const { watcher = new PollingWatcher({ provider, clock, random, logger }) } = changes;
    this.sessions = new Sessions({
      environment: 'test',
      owner,
      defaults,
      provider,
      watcher,
      clock,
      random,
      logger,
      providersWith,
    });
  }
}

/** The scripted provider with some of its members replaced. */
export function adapterOf(scene: Scene, changes: Partial<SessionProvider> = {}): SessionProvider {
  const bare = new ScriptedProvider({ service: scene.service, clock: scene.clock });
  return {
    id: bare.id,
    scope: bare.scope,
    capabilities: bare.capabilities,
    start: (request, call) => bare.start(request, call),
    describe: (handle, call) => bare.describe(handle, call),
    listPage: (filter, cursor, call) => bare.listPage(filter, cursor, call),
    terminate: (handle, call) => bare.terminate(handle, call),
    close: () => bare.close(),
    ...(bare.statements && { statements: bare.statements }),
    ...(bare.endpoint && { endpoint: bare.endpoint }),
    ...(bare.dashboard && { dashboard: bare.dashboard }),
    ...changes,
  };
}

/** A handle of a session in the scene's scope. */
export function handleOf(scene: Scene, id = 'ss-1'): SessionHandle {
  return { v: 1, provider: 'scripted', scope: scene.service.scope, id };
}

export { unlimitedCall } from '../calls.ts';

/** A start request of the scene's owner, with a new token. */
export function startRequest(changes: Partial<StartRequest> = {}): StartRequest {
  return anyStartRequest({ owner: 'data-platform', idleTimeoutMs: 1_200_000, ...changes });
}
