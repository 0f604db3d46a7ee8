import type { Statement, StatementState } from '@aws-sdk/client-glue';
import {
  isCalculationOver,
  type CalculationObservation,
  type CalculationRequest,
  type CalculationRunner,
  type CalculationState,
} from '../../src/contract/calculation-runner.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import type { CallRunner, ServiceCall } from '../../src/provider-kit/call-runner.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import { isServiceRefusal } from '../../src/provider-kit/refused-session.ts';
import { runInSession } from '../_aws/calculation-refusal.ts';
import type { GlueClient } from './client.ts';
import { parseOutputUri, textOf, toOutput } from './statement-output.ts';
import { StatementTokens } from './statement-tokens.ts';

/**
 * Every statement state of Glue's model; one that a new SDK adds breaks the build here. AVAILABLE is the end, also of code that
 * failed: then its output has the state ERROR.
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_Statement.html (read 2026-11-29)
 */
export const STATEMENT_STATES = {
  WAITING: 'queued',
  RUNNING: 'running',
  CANCELLING: 'running',
  CANCELLED: 'cancelled',
  AVAILABLE: 'succeeded',
  ERROR: 'failed',
} as const satisfies Record<StatementState, CalculationState>;

/** What the runner needs. */
export interface StatementParts {
  readonly client: GlueClient;
  readonly runner: CallRunner;
  readonly provider: Pick<SessionProvider, 'describe'>;
  readonly clock: Clock;
}

/** Code blocks of `livy` sessions. */
export class GlueStatements implements CalculationRunner {
  readonly #parts: StatementParts;
  readonly #tokens: StatementTokens;

  constructor(parts: StatementParts) {
    this.#parts = parts;
    this.#tokens = new StatementTokens(parts.client);
  }

  async start(handle: SessionHandle, request: CalculationRequest, call: CallContext): Promise<CalculationObservation> {
    const start = { sessionId: handle.id, token: request.token, code: request.code };
    try {
      return await runInSession(this.#parts, { operation: 'startCalculation', handle, call }, async (sub) =>
        this.#observe({ Id: await this.#tokens.runOnce(start, sub), State: 'WAITING' }),
      );
    } catch (error) {
      throw SessionError.is(error) && this.#tokens.mayHaveRun(start) ? error.with({ effect: 'unknown' }) : error;
    }
  }

  describe(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation> {
    return runInSession(this.#parts, { operation: 'describeCalculation', handle, call }, async (sub) =>
      this.#observe(await this.#get(handle, calculationId, sub)),
    );
  }

  async stop(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation> {
    let refusal: SessionError | undefined;
    try {
      const input = { SessionId: handle.id, Id: toNumber(calculationId) };
      await this.#parts.runner.run({ operation: 'stopCalculation', handle, call }, (sub) =>
        this.#parts.client.send('CancelStatement', input, sub),
      );
    } catch (error) {
      if (!isServiceRefusal(error)) throw error;
      refusal = error;
    }
    // The answer has no state, and the service may refuse to cancel what has ended.
    const seen = await runInSession(this.#parts, { operation: 'stopCalculation', handle, call }, async (sub) =>
      this.#observe(await this.#get(handle, calculationId, sub)),
    );
    if (refusal !== undefined && !isCalculationOver(seen.state)) throw refusal;
    return seen;
  }

  read(handle: SessionHandle, uri: string, call: CallContext): Promise<AsyncIterable<Uint8Array>> {
    return runInSession(this.#parts, { operation: 'readCalculation', handle, call }, async (sub) => {
      const { statementId, part } = parseOutputUri(uri, handle);
      const text = textOf(await this.#get(handle, statementId, sub), part);
      return (async function* () {
        yield Buffer.from(text);
      })();
    });
  }

  async #get({ id }: SessionHandle, statementId: string, sub: ServiceCall): Promise<Statement> {
    const input = { SessionId: id, Id: toNumber(statementId) };
    return (await this.#parts.client.send('GetStatement', input, sub)).Statement ?? {};
  }

  #observe(statement: Statement): CalculationObservation {
    const { Id: id, State: nativeState = '', Output: output, Progress: progress } = statement;
    const known = Object.hasOwn(STATEMENT_STATES, nativeState)
      ? STATEMENT_STATES[nativeState as StatementState]
      : undefined;
    const state = known === 'succeeded' && output?.Status === 'ERROR' ? 'failed' : known;
    const isOver = isCalculationOver(state);
    return omitUndefined<CalculationObservation>({
      id: String(id),
      nativeState,
      state,
      observedAtMs: this.#parts.clock.nowMs(),
      submittedAtMs: toMs(statement.StartedOn),
      endedAtMs: isOver ? toMs(statement.CompletedOn) : undefined,
      reason: output?.ErrorName === undefined ? undefined : `${output.ErrorName}: ${output.ErrorValue ?? ''}`,
      progress: progress === undefined ? undefined : `${Math.round(progress * 100)}%`,
      output: isOver ? toOutput(statement) : undefined,
    });
  }
}

/** An id that is no number names no statement, which the service answers. */
function toNumber(id: string): number {
  return /^\d{1,9}$/.test(id) ? Number(id) : -1;
}

/** A time as epoch milliseconds. The model does not say whether times are in seconds or milliseconds; a small number is in seconds. */
function toMs(moment: number | undefined): number | undefined {
  return moment === undefined || moment > 1e11 ? moment : moment * 1_000;
}
