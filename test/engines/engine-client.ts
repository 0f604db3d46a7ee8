import { randomUUID } from 'node:crypto';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { sparkConnectFactory } from '../../src/spark-connect/spark-connect-factory.ts';
import { Statement, type StatementOptions } from '../../src/statement/statement.ts';
import type { Result } from '../../src/statement/result.ts';
import type { Clock, SessionHandle, SparkConnection, SparkConnectRunner } from '../../src/provider-kit/index.ts';
import { unlimitedCall } from '../calls.ts';

const HURRIED_CLOCK: Clock = {
  ...systemClock,
  schedule: (ms, run, kind) => systemClock.schedule(kind === 'background' ? ms : Math.min(ms, 5), run, kind),
};

/** One Spark session of ours on a server that is dialled directly, without a cloud's session around it. */
export class EngineClient implements AsyncDisposable {
  readonly handle: SessionHandle = { v: 1, provider: 'local', scope: 'engines', id: randomUUID() };
  readonly runner: SparkConnectRunner;

  /** @param isHurried - makes the pauses between two attempts short, for a server that does not come back. */
  constructor(port: number, isHurried = false) {
    const clock = isHurried ? HURRIED_CLOCK : systemClock;
    this.runner = sparkConnectFactory({ clock, random: systemRandom, logger: silentLogger })(async () => ({
      host: '127.0.0.1',
      port,
      tls: false,
      metadata: {},
      expiresAtMs: Number.POSITIVE_INFINITY,
    }));
  }

  /** Sends a statement on its way, as `session.submit()` does. */
  submit(text: string, options: StatementOptions = {}): Statement {
    const { handle, runner } = this;
    const ports = { handle, clock: systemClock, random: systemRandom, logger: silentLogger };
    return Statement.submit({ ...ports, whenReady: async () => runner }, text, options);
  }

  /** Runs a statement, as `session.sql()` does. */
  sql(text: string, options: StatementOptions = {}): Promise<Result> {
    return this.submit(text, options).result();
  }

  /** How other clients join the session. */
  connection(): Promise<SparkConnection> {
    return this.runner.connect(this.handle, unlimitedCall());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runner.close();
  }
}
