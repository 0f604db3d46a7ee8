import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { Clock } from '../../src/contract/ports.ts';
import type { CallRunner } from '../../src/provider-kit/call-runner.ts';
import { S3Objects, parseS3Uri, type S3Config } from '../_aws/s3-objects.ts';
import { toSessionError } from './errors.ts';

/** What reading needs. */
export interface OutputParts {
  readonly config: S3Config;
  readonly runner: CallRunner;
  readonly clock: Clock;
  readonly scope: string;
}

/** Reads what calculations have written to S3. */
export class CalculationOutputs {
  readonly #parts: OutputParts;
  readonly #objects: S3Objects;

  constructor(parts: OutputParts) {
    this.#parts = parts;
    this.#objects = new S3Objects(parts.config, { maxAttempts: 1 });
  }

  /** Opens an object. The stream ends when the caller aborts. */
  open(handle: SessionHandle, uri: string, call: CallContext): Promise<AsyncIterable<Uint8Array>> {
    const operation = 'readCalculation';
    return this.#parts.runner.run({ operation, handle, call }, async ({ signal }) => {
      const { Body } = await this.#objects.get(parseS3Uri(uri, { operation, provider: 'athena' }), signal);
      return this.#chunks(Body as AsyncIterable<Uint8Array>, handle);
    });
  }

  close(): void {
    this.#objects.close();
  }

  /** A connection may break in the middle of an object too. */
  async *#chunks(body: AsyncIterable<Uint8Array>, handle: SessionHandle): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body;
    } catch (error) {
      const { clock, scope } = this.#parts;
      throw toSessionError(error, { operation: 'readCalculation', handle, scope, nowMs: clock.nowMs() });
    }
  }
}
