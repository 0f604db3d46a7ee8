import { createHash } from 'node:crypto';
import { epochSeconds } from '../aws/aws-protocols.ts';
import type { EmrState } from '../aws/emr-states.ts';
import type { Phase } from '../timeline.ts';
import type { EmrApplication, ImageSettings } from './emr-application.ts';
import type { EmrSession } from './emr-session.ts';

/** What a live session uses: a driver and two executors of 4 vCPU, 16 GB and 20 GB each, the service's default sizes. */
const USAGE = { vCPU: 12, memoryGB: 48, storageGB: 60 };

type Tags = Readonly<Record<string, string>>;

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

/** `Session`: the summary and what lists omit. */
export function toSession(
  session: EmrSession,
  phase: Phase<EmrState>,
  { createdBy, tags, hasUsage }: { readonly createdBy: string; readonly tags: Tags; readonly hasUsage: boolean },
): object {
  const { request } = session;
  const { billedSeconds } = session.truth();
  // A reader who is behind does not know yet what came after the phase it sees.
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
    tags,
    ...(hasUsage && readyAtMs !== undefined && { totalResourceUtilization: usage, billedResourceUtilization: usage }),
    totalExecutionDurationSeconds: Math.floor(billedSeconds),
  };
}

/** `ApplicationSummary`; its id is named `id`. */
export function toApplicationSummary(application: EmrApplication): object {
  const { applicationId: id, ...rest } = toApplicationHead(application);
  return { id, ...rest, architecture: application.settings.architecture };
}

/** `Application`: its settings, and what the service adds to them. */
export function toApplication(application: EmrApplication, tags: Tags): object {
  const { imageConfiguration: image, workerTypeSpecifications: workers, ...settings } = application.settings;
  const { identityCenterConfiguration: identityCenter } = settings;
  return {
    ...toApplicationHead(application),
    ...settings,
    tags,
    ...(image !== undefined && { imageConfiguration: toImage(image, application) }),
    ...(workers !== undefined && {
      workerTypeSpecifications: Object.fromEntries(
        Object.entries(workers).map(([type, { imageConfiguration: own }]) => [
          type,
          own === undefined ? {} : { imageConfiguration: toImage(own, application) },
        ]),
      ),
    }),
    ...(identityCenter !== undefined && {
      identityCenterConfiguration: {
        ...identityCenter,
        ...(identityCenter.identityCenterInstanceArn !== undefined && {
          identityCenterApplicationArn: toIdentityCenterApplication(
            application,
            identityCenter.identityCenterInstanceArn,
          ),
        }),
      },
    }),
  };
}

/** An image has its digest once the application has started, unless each worker resolves it for itself. */
function toImage(image: ImageSettings, { hasStarted }: EmrApplication): object {
  const { imageUri = '', applicationLevelDigestResolution: isResolved = true } = image;
  if (!hasStarted || !isResolved) return image;
  return { ...image, resolvedImageDigest: `sha256:${createHash('sha256').update(imageUri).digest('hex')}` };
}

/** The application that the service makes in the Identity Center for one of its own. */
function toIdentityCenterApplication({ id, accountId }: EmrApplication, instanceArn: string): string {
  const [, instance = ''] = instanceArn.split('/');
  return `arn:aws:sso::${accountId}:application/${instance}/apl-${id.slice(0, 16).padEnd(16, '0')}`;
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
