import { startRequest as anyStartRequest } from '../calls.ts';
import type { Capabilities } from '../../src/contract/capabilities.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import type { SparkConnectRunner } from '../../src/contract/spark-connect.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { Watcher } from '../../src/contract/watcher.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { layeredProvider } from '../../src/session/layers/layered-provider.ts';
import { standardLayers } from '../../src/session/layers/standard-layers.ts';
import { Holders } from '../../src/ownership/holders.ts';
import type { HostIdentity } from '../../src/ownership/host-identity.ts';
import type { OpenProxy } from '../../src/session/proxied-session.ts';
import { Sessions, type OpenSessionsProxy } from '../../src/session/sessions.ts';
import { systemRandom } from '../../src/session/system-ports.ts';
import type { Prices } from '../../src/contract/usage.ts';
import type { SessionDefaults } from '../../src/contract/session-defaults.ts';
import { RecordingLogger, RecordingMetrics, RecordingTracer } from '../../src/testing/recording.ts';
import { ScriptedProvider } from '../../src/testing/scripted-provider.ts';
import { ScriptedService } from '../../src/testing/scripted-service.ts';
import type { ScriptedServiceOptions } from '../../src/testing/scripted-service-options.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { VirtualClock, type VirtualClockOptions } from '../../src/testing/virtual-clock.ts';
import { RateBudget } from '../../src/watch/rate-budget.ts';
import { sessionPoller } from '../../src/watch/session-poller.ts';
import { StartTimes } from '../../src/watch/start-times.ts';

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
  readonly sparkConnect: SparkConnectRunner;
  readonly openProxy: OpenProxy;
  readonly openSessionsProxy: OpenSessionsProxy;
  readonly watcher: Watcher;
  readonly owner: string;
  readonly defaults: SessionDefaults;
  /** Where it remembers how long starts take; in memory only by default. */
  readonly startTimesFolder: string;
  readonly prices: Prices;
  readonly maxSpend: number;
  readonly providersWith: (has: (capabilities: Capabilities) => boolean) => Promise<readonly string[]>;
  /** The folder in which it records what it holds; by default it records nothing. */
  readonly holderFolder: string;
  readonly identity: HostIdentity;
}

/** One process of a {@link Scene}, with its recorders. */
export class SceneProcess {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly logger = new RecordingLogger();
  /** What the layers log: retries. */
  readonly retryLogger = new RecordingLogger();
  readonly tracer = new RecordingTracer();
  readonly metrics = new RecordingMetrics();
  readonly budget: RateBudget;
  readonly provider: SessionProvider;
  readonly sessions: Sessions;
  readonly holders: Holders | undefined;

  constructor(scene: Scene, changes: Partial<ProcessChanges> & { readonly seed: number }) {
    const { clock, service } = scene;
    const { prices, maxSpend, sparkConnect, openProxy, openSessionsProxy } = changes;
    const {
      adapter = new ScriptedProvider({ service, clock }),
      owner = 'data-platform',
      defaults = {},
      providersWith = () => Promise.resolve(['local', 'emr']),
      holderFolder: folder,
      identity,
    } = changes;
    this.clock = clock;
    this.random = new SeededRandom(changes.seed);
    this.budget = new RateBudget(clock, adapter.capabilities.callsPerSecond);
    const { random, logger, tracer, metrics, budget } = this;
    const ports = { clock, random, logger, tracer, metrics };
    this.provider = layeredProvider(
      adapter,
      standardLayers({ ...ports, logger: this.retryLogger, budget, providersWith }),
    );
    const { provider } = this;
    const { watcher = sessionPoller({ provider, clock, random, logger, budget }) } = changes;
    const holders =
      folder === undefined
        ? undefined
        : new Holders({ folder, clock, random: systemRandom, logger, ...(identity && { identity }) });
    this.holders = holders;
    this.sessions = new Sessions({
      environment: 'test',
      owner,
      defaults,
      startTimes: new StartTimes({ clock, random, logger }, changes.startTimesFolder),
      prices,
      maxSpend,
      provider,
      sparkConnect,
      openProxy,
      openSessionsProxy,
      watcher,
      ...ports,
      holders,
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
