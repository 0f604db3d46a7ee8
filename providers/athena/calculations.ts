import type {
  CalculationExecutionState,
  CalculationResult,
  CalculationStatus,
  GetCalculationExecutionResponse,
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
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import { runInSession } from '../_aws/calculation-refusal.ts';
import { toMs } from '../_aws/observation.ts';
import type { CalculationOutputs } from './calculation-outputs.ts';
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
  readonly outputs: CalculationOutputs;
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

  start(handle: SessionHandle, request: CalculationRequest, call: CallContext): Promise<CalculationObservation> {
    const { client, clock } = this.#parts;
    return runInSession(this.#parts, { operation: 'startCalculation', handle, call }, async (sub) => {
      const { token, code, name } = request;
      const input = { SessionId: handle.id, CodeBlock: code, ClientRequestToken: token, Description: name };
      const answer = await client.send('StartCalculationExecution', input, sub);
      const { CalculationExecutionId: id } = answer;
      if (id === undefined || id === '') {
        const message = 'the answer of Athena has no calculation id; check what happened before you start it again';
        const origin = { operation: 'startCalculation', provider: 'athena', handle, effect: 'unknown' } as const;
        throw new SessionError('unexpected', message, origin);
      }
      return observe(id, answer, clock.nowMs());
    });
  }

  describe(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation> {
    const { client, runner, clock } = this.#parts;
    return runner.run({ operation: 'describeCalculation', handle, call }, async (sub) => {
      const answer = await client.send('GetCalculationExecution', { CalculationExecutionId: calculationId }, sub);
      return observe(calculationId, answer.Status ?? {}, clock.nowMs(), answer);
    });
  }

  stop(handle: SessionHandle, calculationId: string, call: CallContext): Promise<CalculationObservation> {
    const { client, runner, clock } = this.#parts;
    return runner.run({ operation: 'stopCalculation', handle, call }, async (sub) => {
      const answer = await client.send('StopCalculationExecution', { CalculationExecutionId: calculationId }, sub);
      return observe(calculationId, answer, clock.nowMs());
    });
  }

  read(handle: SessionHandle, uri: string, call: CallContext): Promise<AsyncIterable<Uint8Array>> {
    return this.#parts.outputs.open(handle, uri, call);
  }
}

function observe(
  id: string,
  status: CalculationStatus,
  observedAtMs: number,
  { Statistics: statistics, Result: result }: Pick<GetCalculationExecutionResponse, 'Statistics' | 'Result'> = {},
): CalculationObservation {
  const nativeState = status.State ?? '';
  return omitUndefined<CalculationObservation>({
    id,
    nativeState,
    state: Object.hasOwn(CALCULATION_STATES, nativeState)
      ? CALCULATION_STATES[nativeState as CalculationExecutionState]
      : undefined,
    observedAtMs,
    submittedAtMs: toMs(status.SubmissionDateTime),
    endedAtMs: toMs(status.CompletionDateTime),
    reason: status.StateChangeReason || undefined,
    progress: statistics?.Progress || undefined,
    executionMs: statistics?.DpuExecutionInMillis,
    output: result && toOutput(result),
  });
}

function toOutput(result: CalculationResult): CalculationOutput {
  return omitUndefined<CalculationOutput>({
    stdoutUri: result.StdOutS3Uri || undefined,
    stderrUri: result.StdErrorS3Uri || undefined,
    resultUri: result.ResultS3Uri || undefined,
    resultType: result.ResultType || undefined,
  });
}
