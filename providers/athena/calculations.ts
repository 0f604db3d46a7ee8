import type {
  CalculationExecutionState,
  CalculationResult,
  CalculationStatistics,
  CalculationStatus,
} from '@aws-sdk/client-athena';
import type {
  CalculationObservation,
  CalculationOutput,
  CalculationRequest,
  CalculationRunner,
  CalculationState,
} from '../../src/contract/calculation-runner.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import type { SessionProvider } from '../../src/contract/session-provider.ts';
import type { CallContext } from '../../src/contract/call-context.ts';
import type { CallRunner } from '../../src/provider-kit/call-runner.ts';
import { isServiceRefusal } from '../../src/provider-kit/token-conflict.ts';
import { explainCalculationRefusal } from './calculation-refusal.ts';
import type { AthenaClient } from './client.ts';

/**
 * Every calculation state of Athena's model; one that a new SDK adds breaks the build here.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_CalculationStatus.html (read 2026-11-20)
 */
export const CALCULATION_STATES = {
  CREATING: 'queued',
  CREATED: 'queued',
  QUEUED: 'queued',
  RUNNING: 'running',
  CANCELING: 'running',
  CANCELED: 'cancelled',
  COMPLETED: 'succeeded',
  FAILED: 'failed',
} as const satisfies Record<CalculationExecutionState, CalculationState>;

/** What the runner needs. */
export interface CalculationParts {
  readonly client: AthenaClient;
  readonly runner: CallRunner;
  readonly provider: Pick<SessionProvider, 'describe'>;
  readonly clock: Clock;
}

/**
 * Calculations of sessions on PySpark engine version 3: one at a time, in an IDLE session.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_StartCalculationExecution.html (read 2026-11-20)
 */
export class AthenaCalculations implements CalculationRunner {
  readonly #parts: CalculationParts;

  constructor(parts: CalculationParts) {
    this.#parts = parts;
  }

  async start(handle: SessionHandle, request: CalculationRequest, call: CallContext): Promise<CalculationObservation> {
    try {
      return await this.#submit(handle, request, call);
    } catch (error) {
      throw isServiceRefusal(error) ? await this.#explain(error, handle, call) : error;
    }
  }

  describe(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation> {
    const { client, runner, clock } = this.#parts;
    return runner.run({ operation: 'describeCalculation', handle, call }, async (sub) => {
      const answer = await client.send('GetCalculationExecution', { CalculationExecutionId: calculationId }, sub);
      return observe(calculationId, answer.Status, clock.nowMs(), answer);
    });
  }

  stop(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation> {
    const { client, runner, clock } = this.#parts;
    return runner.run({ operation: 'stopCalculation', handle, call }, async (sub) => {
      const { State: state } = await client.send(
        'StopCalculationExecution',
        { CalculationExecutionId: calculationId },
        sub,
      );
      return observe(calculationId, { State: state }, clock.nowMs());
    });
  }

  #submit(handle: SessionHandle, request: CalculationRequest, call: CallContext): Promise<CalculationObservation> {
    const { client, runner, clock } = this.#parts;
    return runner.run({ operation: 'startCalculation', handle, call }, async (sub) => {
      const { token, code, name } = request;
      const { CalculationExecutionId: id, State: state } = await client.send(
        'StartCalculationExecution',
        {
          SessionId: handle.id,
          CodeBlock: code,
          ClientRequestToken: token,
          ...(name !== undefined && { Description: name }),
        },
        sub,
      );
      if (id === undefined || id === '') {
        throw new SessionError(
          'unexpected',
          'the answer of Athena has no calculation id; check what happened before you start it again',
          {
            operation: 'startCalculation',
            provider: 'athena',
            handle,
            effect: 'unknown',
          },
        );
      }
      return observe(id, { State: state }, clock.nowMs());
    });
  }

  /** Describes the session to explain a refusal; without an explanation the refusal stands. */
  async #explain(refused: SessionError, handle: SessionHandle, call: CallContext): Promise<SessionError> {
    try {
      return explainCalculationRefusal(refused, await this.#parts.provider.describe(handle, call));
    } catch (error) {
      return SessionError.is(error, 'not-found') ? error.with({ operation: 'startCalculation' }) : refused;
    }
  }
}

function observe(
  id: string,
  status: CalculationStatus | undefined,
  observedAtMs: number,
  more: {
    readonly Statistics?: CalculationStatistics | undefined;
    readonly Result?: CalculationResult | undefined;
  } = {},
): CalculationObservation {
  const nativeState = status?.State ?? '';
  const { Statistics: statistics, Result: result } = more;
  const submittedAtMs = status?.SubmissionDateTime?.getTime();
  const endedAtMs = status?.CompletionDateTime?.getTime();
  return {
    id,
    nativeState,
    state: Object.hasOwn(CALCULATION_STATES, nativeState)
      ? CALCULATION_STATES[nativeState as CalculationExecutionState]
      : undefined,
    observedAtMs,
    ...(submittedAtMs !== undefined && { submittedAtMs: Math.round(submittedAtMs) }),
    ...(endedAtMs !== undefined && { endedAtMs: Math.round(endedAtMs) }),
    ...(status?.StateChangeReason && { reason: status.StateChangeReason }),
    ...(statistics?.Progress && { progress: statistics.Progress }),
    ...(statistics?.DpuExecutionInMillis !== undefined && { executionMs: statistics.DpuExecutionInMillis }),
    ...(result !== undefined && { output: toOutput(result) }),
  };
}

function toOutput(result: CalculationResult): CalculationOutput {
  return {
    ...(result.StdOutS3Uri && { stdoutUri: result.StdOutS3Uri }),
    ...(result.StdErrorS3Uri && { stderrUri: result.StdErrorS3Uri }),
    ...(result.ResultS3Uri && { resultUri: result.ResultS3Uri }),
    ...(result.ResultType && { resultType: result.ResultType }),
  };
}
