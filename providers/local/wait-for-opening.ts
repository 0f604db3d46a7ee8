import type { CallContext } from '../../src/contract/call-context.ts';
import type { Clock } from '../../src/contract/ports.ts';
import { throwIfAborted } from '../../src/provider-kit/aborted-error.ts';
import { withDeadline } from '../../src/provider-kit/with-deadline.ts';
import type { LocalSession } from './local-session.ts';

/** How long describing a session waits for its opening at most, milliseconds: five times what opening takes. */
const PATIENCE_MS = 50;

/**
 * Waits a moment for a session that is just being opened, as services do that let a caller poll with a wait:
 * the caller wants to know when it is ready, and polling again and again would take longer than the opening.
 * @throws SessionError `aborted` when the call's signal aborts.
 */
export async function waitForOpening(session: LocalSession, call: CallContext, clock: Clock): Promise<void> {
  if (session.status.state !== 'OPENING') return;
  const deadline = Math.min(call.deadline, clock.monotonicMs() + PATIENCE_MS);
  const attempt = { operation: 'describe', call: { ...call, deadline } };
  // Not open yet is an answer too.
  await withDeadline(clock, attempt, () => session.opened).catch(() => {});
  throwIfAborted(call.signal, 'describe');
}
