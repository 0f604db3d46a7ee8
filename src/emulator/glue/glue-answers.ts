import { epochSeconds } from '../aws/aws-protocols.ts';
import type { Phase } from '../timeline.ts';
import { ENDED_STATES } from './glue-inputs.ts';
import type { GlueConfig } from './glue-options.ts';
import type { GlueSession, GlueState } from './glue-session.ts';
import type { GlueStatement } from './glue-statement.ts';

const ENDED: readonly GlueState[] = ENDED_STATES;

/** `Session`; lists have the same members. It has no tags and no timeout. */
export function toSession(session: GlueSession, phase: Phase<GlueState>, hasUsage: boolean): object {
  const { Tags: _tags, Timeout: _timeout, RequestOrigin: _origin, ...request } = session.request;
  const { billedSeconds } = session.truth();
  return {
    ...request,
    SessionType: request.SessionType ?? 'LIVY',
    CreatedOn: epochSeconds(session.startedAtMs),
    Status: phase.state,
    ErrorMessage: phase.reason,
    Progress: 0,
    MaxCapacity: session.maxCapacity,
    IdleTimeout: session.idleTimeoutMinutes,
    ...(ENDED.includes(phase.state) && { CompletedOn: epochSeconds(phase.sinceMs) }),
    ...(hasUsage && { ExecutionTime: billedSeconds, DPUSeconds: billedSeconds * session.maxCapacity }),
  };
}

export function toStatement(
  statement: GlueStatement,
  config: Pick<GlueConfig, 'failedStatement' | 'statementTimes'>,
): object {
  const { start, current, ended, submittedAtMs, completedAtMs } = statement;
  const unitMs = config.statementTimes === 'seconds' ? 1000 : 1;
  const time = (ms: number): number => Math.floor(ms / unitMs);
  const hasFailed = current.state === 'ERROR';
  return {
    Id: start.number,
    Code: start.codeBlock,
    State: hasFailed ? config.failedStatement : current.state,
    Progress: ended ? 1 : 0,
    StartedOn: time(submittedAtMs),
    // The model of the answer has a number, and an open end is zero.
    CompletedOn: completedAtMs === undefined ? 0 : time(completedAtMs),
    ...(ended && { Output: toOutput(statement, hasFailed) }),
  };
}

/** What the code printed and the value of its last line are one text. */
function toOutput({ start, current, outcome }: GlueStatement, hasFailed: boolean): object {
  const { stdout = '', result = '', stderr = '' } = outcome ?? {};
  if (!hasFailed) {
    return { Data: { TextPlain: stdout + result }, ExecutionCount: start.number, Status: current.state };
  }
  const [, name = 'Error', value = ''] = /^(\w+): ?(.*)$/s.exec(current.reason ?? '') ?? [];
  return {
    ExecutionCount: start.number,
    Status: 'ERROR',
    ErrorName: name,
    ErrorValue: value,
    Traceback: stderr === '' ? [] : stderr.trimEnd().split('\n'),
  };
}
