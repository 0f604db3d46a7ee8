import { epochSeconds } from '../aws-json.ts';
import type { Phase } from '../lifecycle.ts';
import type { EmrApplication } from './emr-application.ts';
import type { EmrSession, EmrState } from './emr-session.ts';

/** What a session uses while it is up: a driver and two executors of 4 vCPU, 16 GB and 20 GB each, the service's default sizes. */
const USAGE = { vCPU: 12, memoryGB: 48, storageGB: 60 };

/** `SessionSummary`. */
export function toSummary(session: EmrSession, phase: Phase<EmrState>, createdBy: string): object {
  return {
    applicationId: session.scope,
    sessionId: session.id,
    arn: session.arn,
    name: session.request.name,
    state: phase.state,
    stateDetails: phase.reason,
    releaseLabel: session.releaseLabel,
    executionRoleArn: session.request.executionRoleArn,
    createdBy,
    createdAt: epochSeconds(session.startedAtMs),
    updatedAt: epochSeconds(phase.sinceMs),
  };
}

/** `Session`: the summary and what the list leaves out. */
export function toSession(session: EmrSession, phase: Phase<EmrState>, createdBy: string): object {
  const { request } = session;
  const { billedSeconds } = session.truth();
  // What lies after the phase that is seen is not known yet to a reader who is behind.
  const readyAtMs = (session.readyAtMs ?? Number.POSITIVE_INFINITY) <= phase.sinceMs ? session.readyAtMs : undefined;
  const ended = phase.state === 'TERMINATED' || phase.state === 'FAILED';
  const usage = {
    vCPUHour: (USAGE.vCPU * billedSeconds) / 3600,
    memoryGBHour: (USAGE.memoryGB * billedSeconds) / 3600,
    storageGBHour: (USAGE.storageGB * billedSeconds) / 3600,
  };
  return {
    ...toSummary(session, phase, createdBy),
    ...(readyAtMs !== undefined && { startedAt: epochSeconds(readyAtMs) }),
    ...(ended && { endedAt: epochSeconds(phase.sinceMs) }),
    ...(phase.state === 'IDLE' && { idleSince: epochSeconds(phase.sinceMs) }),
    configurationOverrides: request.configurationOverrides,
    networkConfiguration: session.application.settings.networkConfiguration,
    idleTimeoutMinutes: session.idleTimeoutMinutes,
    tags: request.tags ?? {},
    ...(readyAtMs !== undefined && { totalResourceUtilization: usage, billedResourceUtilization: usage }),
    totalExecutionDurationSeconds: Math.floor(billedSeconds),
  };
}

/** `ApplicationSummary`; here the id is called `id`. */
export function toApplicationSummary(application: EmrApplication): object {
  const { applicationId: id, ...rest } = toApplicationHead(application);
  return { id, ...rest, architecture: application.settings.architecture };
}

/** `Application`. */
export function toApplication(application: EmrApplication): object {
  return { ...toApplicationHead(application), ...application.settings };
}

function toApplicationHead(application: EmrApplication) {
  return {
    applicationId: application.id,
    name: application.settings.name,
    arn: application.arn,
    releaseLabel: application.settings.releaseLabel,
    type: application.settings.type,
    state: application.state,
    createdAt: epochSeconds(application.createdAtMs),
    updatedAt: epochSeconds(application.updatedAtMs),
  };
}
