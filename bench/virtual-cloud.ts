import type { Sessions } from 'anysession';
import { createContainer, CLOCK, PROVIDER_ADAPTER, RANDOM, SESSIONS } from 'anysession/container';
import { startEmulator, type Emulator, type EmulatorOptions } from 'anysession/emulator';
import { SeededRandom, VirtualClock } from 'anysession/testing';

/** How long a request or an answer is on its way. */
export const ONE_WAY_MS = 20;
/** Our own budget would hold calls back, which is its purpose and not the question here. */
const UNHURRIED = { readsPerSecond: 1e9, writesPerSecond: 1e9 };
const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } };
const PROJECT = { project: 'bench-project', region: 'us-central1' };
const EXECUTION_ROLE = 'arn:aws:iam::123456789012:role/spark';
const CLUSTER = 'j-EMULATED1';
const DPUS = 1e6;

export type CloudName = 'athena' | 'emr-serverless' | 'emr-ec2' | 'glue' | 'dataproc';

interface Cloud {
  readonly perScope: number;
  readonly url: 'athena' | 'emrServerless' | 'emr' | 'glue' | 'dataprocGrpc';
  readonly options: (scopes: number) => EmulatorOptions;
  /** The provider's options in one of its scopes. */
  readonly environment: (url: string, scope: number) => Readonly<Record<string, unknown>>;
  /** The same place for the reference. */
  readonly place: (url: string, scope: number) => object;
}

const applicationOf = (scope: number): string => `00bench${String(scope).padStart(4, '0')}`;

export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  athena: {
    perScope: Number.POSITIVE_INFINITY,
    url: 'athena',
    options: () => ({ services: ['athena'], athena: { spark35DpuQuota: DPUS, createdMs: 5_000 } }),
    environment: (endpoint) => ({ ...AWS, ...UNHURRIED, provider: 'athena', endpoint, workgroup: 'spark35' }),
    place: (url) => ({ url, workgroup: 'spark35' }),
  },
  'emr-serverless': {
    perScope: 25,
    url: 'emrServerless',
    options: (scopes) => ({
      services: ['emr-serverless'],
      emrServerless: {
        applications: Object.fromEntries(
          Array.from({ length: scopes }, (_, scope) => [applicationOf(scope), { state: 'STARTED' as const }]),
        ),
      },
    }),
    environment: (endpoint, scope) => ({
      ...AWS,
      ...UNHURRIED,
      provider: 'emr-serverless',
      endpoint,
      applicationId: applicationOf(scope),
      executionRoleArn: EXECUTION_ROLE,
    }),
    place: (url, scope) => ({ url, applicationId: applicationOf(scope) }),
  },
  'emr-ec2': {
    perScope: 1_000,
    url: 'emr',
    options: () => ({ services: ['emr'] }),
    environment: (endpoint) => ({ ...AWS, ...UNHURRIED, provider: 'emr-ec2', endpoint, clusterId: CLUSTER }),
    place: (url) => ({ url, clusterId: CLUSTER }),
  },
  glue: {
    perScope: Number.POSITIVE_INFINITY,
    url: 'glue',
    options: () => ({ services: ['glue'] }),
    environment: (endpoint) => ({ ...AWS, ...UNHURRIED, provider: 'glue', endpoint, roleArn: EXECUTION_ROLE }),
    place: (url) => ({ url, role: EXECUTION_ROLE }),
  },
  dataproc: {
    perScope: Number.POSITIVE_INFINITY,
    url: 'dataprocGrpc',
    options: () => ({
      services: ['dataproc'],
      dataproc: {
        endpointLagMs: 0,
        rates: { SessionOperationRequests: { perSecond: 1e6 }, DefaultRequests: { perSecond: 1e6 } },
      },
    }),
    environment: (endpoint) => ({ ...PROJECT, ...UNHURRIED, provider: 'dataproc', endpoint }),
    place: (url) => ({ url, parent: `projects/${PROJECT.project}/locations/${PROJECT.region}` }),
  },
};

/** How long starts take. */
export type StartTimes = Pick<EmulatorOptions, 'startupMs' | 'startupSpreadMs' | 'seed'>;

/** One emulated cloud on a clock that moves only when nothing is under way, and programs in front of it. */
export class VirtualCloud {
  readonly clock: VirtualClock;
  readonly #cloud: Cloud;
  readonly #emulator: Emulator;
  readonly #underWay: Set<Promise<unknown>>;
  readonly #cache: string;
  #seed = 0;

  private constructor(
    cloud: Cloud,
    clock: VirtualClock,
    emulator: Emulator,
    underWay: Set<Promise<unknown>>,
    cache: string,
  ) {
    this.#cache = cache;
    this.#cloud = cloud;
    this.clock = clock;
    this.#emulator = emulator;
    this.#underWay = underWay;
  }

  static async start(name: CloudName, scopes: number, times: StartTimes, cache: string): Promise<VirtualCloud> {
    const underWay = new Set<Promise<unknown>>();
    const clock = new VirtualClock({
      async settle() {
        do {
          await Promise.allSettled(underWay);
          await new Promise(setImmediate);
        } while (underWay.size > 0);
      },
    });
    const cloud = CLOUDS[name];
    return new VirtualCloud(
      cloud,
      clock,
      await startEmulator({ ...cloud.options(scopes), ...times, clock }),
      underWay,
      cache,
    );
  }

  get url(): string {
    return this.#emulator.urls[this.#cloud.url];
  }

  /** A program of its own, with what earlier ones have learned in the same cache. */
  async open(scope = 0): Promise<Sessions> {
    process.env['XDG_CACHE_HOME'] = this.#cache;
    // Records of a thousand holders are not the question here: no folder can be made there.
    process.env['XDG_STATE_HOME'] = '/dev/null/none';
    const environments = { bench: this.#cloud.environment(this.url, scope) } as never;
    const container = await createContainer({ config: { defaultEnvironment: 'bench', environments }, env: {} });
    container.rebind(CLOCK).toConstantValue(this.clock);
    container.rebind(RANDOM).toConstantValue(new SeededRandom(++this.#seed));
    const adapter = container.get(PROVIDER_ADAPTER);
    const endpoint = adapter.endpoint?.bind(adapter);
    container.rebind(PROVIDER_ADAPTER).toConstantValue({
      ...adapter,
      id: adapter.id,
      start: (request, call) => this.call(() => adapter.start(request, call)),
      describe: (handle, call) => this.call(() => adapter.describe(handle, call)),
      listPage: (filter, cursor, call) => this.call(() => adapter.listPage(filter, cursor, call)),
      terminate: (handle, call) => adapter.terminate(handle, call),
      ...(endpoint && { endpoint: (handle, call) => this.call(() => endpoint(handle, call)) }),
      close: () => adapter.close(),
    });
    return container.get(SESSIONS);
  }

  /** Both ways take time, and time stands still while the request is answered. */
  async call<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    await this.sleep(ONE_WAY_MS);
    const answer = request();
    this.#underWay.add(answer);
    const done = (): void => void this.#underWay.delete(answer);
    answer.then(done, done);
    try {
      return await answer;
    } finally {
      await this.sleep(ONE_WAY_MS);
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.schedule(ms, resolve));
  }

  run<Answer>(work: Promise<Answer>): Promise<Answer> {
    return this.clock.runUntilSettled(work, { ioPatienceMs: 20_000 });
  }

  /** How many calls there have been so far. */
  calls(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { operation = '' } of this.#emulator.log()) counts.set(operation, (counts.get(operation) ?? 0) + 1);
    return counts;
  }

  /** When each session became ready, by its id, on the wall clock. */
  readyAtMs(): ReadonlyMap<string, number> {
    return new Map(this.#emulator.oracle.sessions().map(({ id, readyAtMs = Number.NaN }) => [id, readyAtMs]));
  }

  async close(): Promise<void> {
    await this.#emulator.close();
  }
}
