import { epochSeconds } from '../aws/aws-protocols.ts';
import type { Phase } from '../timeline.ts';
import type { AthenaSession, AthenaState } from './athena-session.ts';
import type { AthenaCalculation } from './athena-calculation.ts';

/** The bucket of the files of sessions and calculations. */
export const RESULT_BUCKET = 'emulated-athena-results';

/** The files of a calculation. */
export const OUTPUT_FILES = { stdout: 'stdout', stderr: 'stderr', result: 'result.json' } as const;

export function toStatus(session: AthenaSession, phase: Phase<AthenaState>): object {
  const ended = phase.state === 'TERMINATED' || phase.state === 'FAILED';
  const sinceSeconds = epochSeconds(phase.sinceMs);
  return {
    StartDateTime: epochSeconds(session.startedAtMs),
    LastModifiedDateTime: sinceSeconds,
    ...(ended && { EndDateTime: sinceSeconds }),
    ...(phase.state === 'IDLE' && { IdleSinceDateTime: sinceSeconds }),
    State: phase.state,
    ...(phase.reason !== undefined && { StateChangeReason: phase.reason }),
  };
}

/** The answer of GetSession. */
export function toSession(session: AthenaSession, phase: Phase<AthenaState>, hasUsage: boolean): object {
  const { request } = session;
  return {
    SessionId: session.id,
    Description: request.Description,
    WorkGroup: session.scope,
    EngineVersion: session.engineVersion,
    EngineConfiguration: request.EngineConfiguration,
    NotebookVersion: request.NotebookVersion,
    MonitoringConfiguration: request.MonitoringConfiguration,
    SessionConfiguration: {
      ExecutionRole: request.ExecutionRole,
      WorkingDirectory: `s3://${RESULT_BUCKET}/${session.scope}/${session.id}`,
      IdleTimeoutSeconds: session.idleTimeoutMinutes * 60,
      SessionIdleTimeoutInMinutes: session.idleTimeoutMinutes,
    },
    Status: toStatus(session, phase),
    ...(hasUsage && {
      Statistics: { DpuExecutionInMillis: Math.round(session.truth().billedSeconds * 1000 * session.dpus) },
    }),
  };
}

/** `SessionSummary`; it has the full status and no tags. */
export function toSummary(session: AthenaSession, phase: Phase<AthenaState>): object {
  return {
    SessionId: session.id,
    Description: session.request.Description,
    EngineVersion: { SelectedEngineVersion: session.engineVersion, EffectiveEngineVersion: session.engineVersion },
    NotebookVersion: session.request.NotebookVersion,
    Status: toStatus(session, phase),
  };
}

export function toCalculationStatus(calculation: AthenaCalculation): object {
  const { state, reason } = calculation.current;
  const completedAtMs = calculation.completedAtMs;
  return {
    SubmissionDateTime: epochSeconds(calculation.submittedAtMs),
    ...(completedAtMs !== undefined && { CompletionDateTime: epochSeconds(completedAtMs) }),
    State: state,
    ...(reason !== undefined && { StateChangeReason: reason }),
  };
}

/** The answer of GetCalculationExecution; only a completed calculation has a result. */
export function toCalculation(calculation: AthenaCalculation): object {
  const { id, sessionId, description } = calculation.start;
  const directory = `s3://${RESULT_BUCKET}/${sessionId}/${id}`;
  return {
    CalculationExecutionId: id,
    SessionId: sessionId,
    Description: description,
    WorkingDirectory: directory,
    Status: toCalculationStatus(calculation),
    Statistics: toCalculationStatistics(calculation),
    ...(calculation.current.state === 'COMPLETED' && {
      Result: {
        StdOutS3Uri: `${directory}/${OUTPUT_FILES.stdout}`,
        StdErrorS3Uri: `${directory}/${OUTPUT_FILES.stderr}`,
        ResultS3Uri: `${directory}/${OUTPUT_FILES.result}`,
        ResultType: 'application/vnd.aws.athena.v1+json',
      },
    }),
  };
}

/** `CalculationStatistics`; a session of version 3 uses at least two DPUs. */
export function toCalculationStatistics(calculation: AthenaCalculation): object {
  return { DpuExecutionInMillis: calculation.ranMs * 2, Progress: calculation.ended ? '100%' : '0%' };
}
