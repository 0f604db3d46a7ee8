import type { GetSessionCommandOutput, SessionStatus, SessionSummary } from '@aws-sdk/client-athena';
import type { Observation, SessionDetails } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import { parseOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import { toEngine } from './engine.ts';
import type { AthenaEngine } from './options.ts';
import { toStateFacts } from './states.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Whose session was seen, when, and on which engine. */
export interface ObservationContext {
  readonly handle: SessionHandle;
  readonly observedAtMs: number;
  /** `undefined` where neither the answer nor the options tell. */
  readonly engine: AthenaEngine | undefined;
}

/** The engine that an answer names for its session. */
export function engineOf(versionName: string | undefined): AthenaEngine | undefined {
  const engine = toEngine(versionName);
  return engine === 'sql' ? undefined : engine;
}

/** What GetSession answers, in our terms. */
export function fromSession(session: GetSessionCommandOutput, context: ObservationContext): Observation {
  const { SessionConfiguration: settings, Statistics: statistics } = session;
  const idleMinutes = settings?.SessionIdleTimeoutInMinutes;
  const dpuMs = statistics?.DpuExecutionInMillis;
  return observe(session.Status ?? {}, context, {
    ...parseOwnershipTag(session.Description),
    ...(session.EngineVersion !== undefined && { engineVersion: session.EngineVersion }),
    ...(idleMinutes !== undefined && { idleTimeoutMs: idleMinutes * MINUTE_MS }),
    ...(dpuMs !== undefined && {
      usage: { dpuHours: dpuMs / HOUR_MS, source: 'GetSession Statistics.DpuExecutionInMillis' },
    }),
  });
}

/** One entry of ListSessions, in our terms. */
export function fromSummary(summary: SessionSummary, context: ObservationContext): Observation {
  const engineVersion = summary.EngineVersion?.EffectiveEngineVersion;
  return observe(summary.Status ?? {}, context, {
    ...parseOwnershipTag(summary.Description),
    ...(engineVersion !== undefined && { engineVersion }),
  });
}

/** A state without more, as StartSession and TerminateSession answer it. */
export function fromState(
  state: string | undefined,
  context: ObservationContext,
  details: SessionDetails = {},
): Observation {
  return observe({ State: state as SessionStatus['State'] }, context, details);
}

/** A session that Athena does not know (any more), once its end was asked for. */
export function notFoundObservation({
  handle,
  observedAtMs,
}: Pick<ObservationContext, 'handle' | 'observedAtMs'>): Observation {
  return {
    handle,
    observedAtMs,
    nativeState: 'NOT_FOUND',
    state: 'terminated',
    acceptsWork: false,
    final: true,
    reason: 'Athena does not know this session (any more)',
    details: {},
  };
}

function observe(
  status: SessionStatus,
  { handle, observedAtMs, engine }: ObservationContext,
  details: SessionDetails,
): Observation {
  const nativeState: string = status.State ?? '';
  const facts = toStateFacts(nativeState, engine);
  const createdAtMs = toMs(status.StartDateTime);
  const endedAtMs = toMs(status.EndDateTime);
  const idleSinceMs = toMs(status.IdleSinceDateTime);
  const sinceMs = endedAtMs ?? idleSinceMs ?? (facts?.state === 'creating' ? createdAtMs : undefined);
  const reason = status.StateChangeReason ?? (facts?.state === 'failed' ? 'Athena gave no reason' : undefined);
  return {
    handle,
    nativeState,
    state: facts?.state,
    acceptsWork: facts?.acceptsWork ?? false,
    final: facts?.final ?? false,
    observedAtMs,
    ...(sinceMs !== undefined && { sinceMs }),
    ...(reason !== undefined && { reason }),
    ...(facts?.state === 'busy' && { busySource: 'service' as const }),
    details: {
      ...details,
      ...(createdAtMs !== undefined && { createdAtMs }),
      ...(endedAtMs !== undefined && { endedAtMs }),
      ...(idleSinceMs !== undefined && { idleSinceMs }),
    },
  };
}

/** The SDK reads seconds with fractions, whose last digits are not exact. */
function toMs(date: Date | undefined): number | undefined {
  const ms = Math.round(date?.getTime() ?? Number.NaN);
  return Number.isNaN(ms) ? undefined : ms;
}
