import type { Clock } from '../../src/contract/ports.ts';
import { createContainer } from '../../src/container/create-container.ts';
import { CLOCK, SESSIONS } from '../../src/container/tokens.ts';
import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import type { Session } from '../../src/session/session.ts';
import type { StatementOptions } from '../../src/statement/statement-options.ts';
import { systemClock } from '../../src/session/system-ports.ts';

/** The clouds whose sessions run SQL here, with the options of their environments. */
const CLOUDS = {
  athena: { region: 'us-east-1', workgroup: 'spark35', engine: 'spark-3.5' },
  'emr-serverless': {
    region: 'us-east-1',
    applicationId: '00emulated1',
    executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
    readsPerSecond: 1000,
    writesPerSecond: 1000,
  },
  'emr-ec2': { region: 'us-east-1', clusterId: 'j-EMULATED1', readsPerSecond: 1000, writesPerSecond: 1000 },
  glue: {
    region: 'us-east-1',
    roleArn: 'arn:aws:iam::123456789012:role/spark',
    readsPerSecond: 1000,
    writesPerSecond: 1000,
  },
  dataproc: { project: 'my-project', region: 'us-central1', readsPerSecond: 1000, writesPerSecond: 1000 },
} as const;

/** The name of one of the clouds. */
export type Cloud = keyof typeof CLOUDS;

const URLS = {
  athena: 'athena',
  'emr-serverless': 'emrServerless',
  'emr-ec2': 'emr',
  glue: 'glue',
  dataproc: 'dataprocGrpc',
} as const;

const AWS_KEY = { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' };

/** How long a token of Google lives. */
const GOOGLE_TOKEN_MS = 60 * 60_000;

/** A shorter timer is a pause and is cut short; a longer one is a timeout and stays. */
const LONGEST_PAUSE_MS = 10_000;
const CUT_PAUSE_MS = 2;
/** How long a statement waits for its engine to stop: a timeout. */
const STOP_PATIENCE_MS = 5_000;

/** The clock that client and emulator share: the wall clock moves only by `skip`, and pauses are short. */
class StageClock implements Clock {
  #skippedMs = 0;
  readonly #timeouts = new Set<{ readonly dueMs: number; readonly ring: () => void }>();

  nowMs(): number {
    return Date.UTC(2027, 0, 1) + this.#skippedMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.#skippedMs;
  }

  schedule(delayMs: number, callback: () => void, kind?: 'awaited' | 'background'): () => void {
    const isPause = kind !== 'background' && delayMs <= LONGEST_PAUSE_MS && delayMs !== STOP_PATIENCE_MS;
    if (isPause) return systemClock.schedule(Math.min(delayMs, CUT_PAUSE_MS), callback, kind);
    const timeout = {
      dueMs: this.#skippedMs + delayMs,
      ring: () => {
        cancel();
        callback();
      },
    };
    const stop = systemClock.schedule(delayMs, timeout.ring, kind);
    const cancel = (): void => {
      stop();
      this.#timeouts.delete(timeout);
    };
    this.#timeouts.add(timeout);
    return cancel;
  }

  /** Lets time pass and rings the timeouts that are due. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    for (const timeout of [...this.#timeouts]) if (timeout.dueMs <= this.#skippedMs) timeout.ring();
  }
}

/** A session that is ready; everything is real except the cloud and the time. */
export interface SqlStage extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly session: Session;
  /** Lets time pass for the client and the emulator. */
  skip(ms: number): void;
  /** The rows of a statement. */
  rows(text: string, options?: StatementOptions): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** The calls of the data plane so far, by name. */
  calls(method?: string): readonly { readonly errorCode: string | undefined }[];
}

/** A configuration with one environment, which is an emulated cloud. */
export function configOf(cloud: Cloud, { urls }: Emulator, clock: Clock) {
  const googleToken = async () => ({ accessToken: 'ya29.token', expiresAtMs: clock.nowMs() + GOOGLE_TOKEN_MS });
  const credentials = cloud === 'dataproc' ? googleToken : AWS_KEY;
  const environment = { provider: cloud, endpoint: urls[URLS[cloud]], credentials, ...CLOUDS[cloud] };
  return { defaultEnvironment: 'test', environments: { test: environment } };
}

export async function openSqlStage(cloud: Cloud, options: EmulatorOptions = {}): Promise<SqlStage> {
  const clock = new StageClock();
  const emulator = await startEmulator({
    services: [cloud === 'emr-ec2' ? 'emr' : cloud],
    clock,
    startupMs: 0,
    ...options,
  });
  const container = await createContainer({ config: configOf(cloud, emulator, clock), env: {} });
  container.rebind(CLOCK).toConstantValue(clock);
  const sessions = container.get(SESSIONS);
  try {
    const session = await sessions.start({ name: 'staged', idleTimeoutMs: 4 * 60 * 60_000 });
    await session.whenReady();
    return {
      emulator,
      session,
      skip(ms) {
        clock.skip(ms);
        emulator.advance(0);
      },
      rows: async (text, more) => (await session.sql(text, more)).rows(),
      calls: (method) => emulator.log().filter(({ operation }) => operation === method),
      async [Symbol.asyncDispose]() {
        await sessions.close();
        await emulator.close();
      },
    };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}

/** Resolves when the condition is met. @throws Error after half a minute. */
export async function until(isSo: () => boolean): Promise<void> {
  for (const untilMs = Date.now() + 30_000; !isSo(); await new Promise((resolve) => setTimeout(resolve, 2))) {
    if (Date.now() > untilMs) throw new Error('the condition was never met');
  }
}
