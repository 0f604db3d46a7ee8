import type { Observation } from '../../src/contract/observation.ts';
import { parseOwnership } from '../../src/contract/ownership.ts';
import type { StatePoint } from '../../src/contract/session-state.ts';
import type { SessionRecord } from './client.ts';

/**
 * Every state that the service documents, and where it stands among ours.
 *
 * Decide for each: does the session take work (`ready`)? Is anything still held or paid for (`final: false`)?
 * A session that shuts down is `terminated` and not final; a broken one that must still be terminated is `failed` and
 * not final. Say it here where the answer is not obvious, with the page that says so and the date you read it.
 */
const STATES = {
  PENDING: { state: 'creating', final: false },
  ACTIVE: { state: 'ready', final: false },
  // Its machines are released one by one: the quota is not free yet.
  STOPPING: { state: 'terminated', final: false },
  STOPPED: { state: 'terminated', final: true },
  FAILED: { state: 'failed', final: true },
} as const satisfies Readonly<Record<string, StatePoint>>;

/** What was looked at, and when. */
type Sight = Pick<Observation, 'handle' | 'observedAtMs'>;

/** What a record says, in our terms and units. */
export function toObservation(record: SessionRecord, sight: Sight): Observation {
  const { state: nativeState, stateMessage, stateTime, createTime, idleMinutes, labels } = record;
  const point = toStatePoint(nativeState);
  const ownership = parseOwnership(record.description);
  return {
    ...sight,
    nativeState,
    state: point?.state,
    acceptsWork: point?.state === 'ready',
    final: point?.final ?? false,
    sinceMs: Date.parse(stateTime),
    ...(stateMessage === undefined ? {} : { reason: stateMessage }),
    details: {
      createdAtMs: Date.parse(createTime),
      idleTimeoutMs: idleMinutes * 60_000,
      labels,
      ...(ownership === undefined ? {} : { ownership }),
    },
  };
}

/** What is seen of a session that the service does not know (any more). */
export function toGone(sight: Sight): Observation {
  return { ...sight, nativeState: 'NotFound', state: 'terminated', acceptsWork: false, final: true, details: {} };
}

/** `undefined` for a state that the service has learnt since: no news is better than a guess. */
function toStatePoint(nativeState: string): StatePoint | undefined {
  return Object.hasOwn(STATES, nativeState) ? STATES[nativeState as keyof typeof STATES] : undefined;
}
