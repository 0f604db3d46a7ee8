import { onAbort } from '../../src/provider-kit/on-abort.ts';
import type { Clock } from '../../src/contract/ports.ts';
import type { CallContext } from '../../src/contract/session-provider.ts';
import { abortedError } from '../../src/provider-kit/sleep.ts';
import type { LocalSession } from './local-session.ts';

/** How long a look at a session waits for its opening at most, milliseconds: five times what opening takes. */
const PATIENCE_MS = 50;

/**
 * Waits a moment for a session that is just being opened, as services do that let a caller poll with a wait:
 * whoever looks at it wants to know when it is ready, and looking again and again would take longer than the opening.
 * @throws SessionError `aborted` when the call's signal aborts.
 */
export async function waitForOpening(session: LocalSession, call: CallContext, clock: Clock): Promise<void> {
  if (session.status.state !== 'OPENING') return;
  const patienceMs = Math.max(0, Math.min(PATIENCE_MS, call.deadline - clock.monotonicMs()));
  await new Promise<void>((resolve) => {
    const done = (): void => {
      callOff();
      letGo();
      resolve();
    };
    const callOff = clock.schedule(patienceMs, done);
    const letGo = onAbort(call.signal, done);
    void session.opened.then(done);
  });
  if (call.signal.aborted) throw abortedError('describe', call.signal);
}
