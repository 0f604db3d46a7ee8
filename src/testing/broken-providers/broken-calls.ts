import type { CallContext } from '../../contract/call-context.ts';
import type { SessionHandle } from '../../contract/session-handle.ts';
import type { SessionProvider } from '../../contract/session-provider.ts';
import { alter, asking, broken, failing, type BrokenProvider, type Replacements } from './broken-provider.ts';

/** A call whose abort the provider does not see. */
function withoutSignal(call: CallContext): CallContext {
  return { ...call, signal: new AbortController().signal };
}

/** Changes the arguments of every verb that takes a handle. */
function changeHandles(
  sound: SessionProvider,
  change: (handle: SessionHandle, call: CallContext) => [SessionHandle, CallContext],
): Replacements<SessionProvider> {
  const { statements } = sound;
  const execute =
    statements &&
    asking(statements, 'execute', (handle, request, call) => {
      const [changedHandle, changedCall] = change(handle, call);
      return [changedHandle, request, changedCall];
    });
  return {
    ...asking(sound, 'describe', change),
    ...asking(sound, 'terminate', change),
    ...asking(sound, 'endpoint', change),
    ...asking(sound, 'dashboard', change),
    ...(statements && execute && { statements: alter(statements, execute) }),
  };
}

/** Changes the call context of every verb. */
function changeCalls(
  sound: SessionProvider,
  change: (call: CallContext) => CallContext,
): Replacements<SessionProvider> {
  return {
    ...changeHandles(sound, (handle, call) => [handle, change(call)]),
    ...asking(sound, 'start', (request, call) => [request, change(call)]),
    ...asking(sound, 'listPage', (filter, cursor, call) => [filter, cursor, change(call)]),
  };
}

/** Wrong in how calls fail. */
export const BROKEN_CALLS: readonly BrokenProvider[] = [
  broken('plain-errors', ['C-005'], 'throws the error of its SDK', (sound) =>
    failing(sound, 'terminate', 'forbidden', () => new Error('AccessDeniedException')),
  ),
  broken('plain-not-found', ['C-005', 'C-031'], 'throws a plain error for an unknown session', (sound) =>
    failing(sound, 'describe', 'not-found', () => new Error('ResourceNotFoundException')),
  ),
  broken('nameless-operation', ['C-005'], 'names an internal function as the operation of an error', (sound) => ({
    ...failing(sound, 'describe', undefined, (error) => error.with({ operation: 'fetchSessions' })),
    ...failing(sound, 'listPage', undefined, (error) => error.with({ operation: 'fetchSessions' })),
  })),
  broken('retries-inside', ['C-006'], 'leaves the retries of its SDK on', (sound) =>
    failing(sound, 'describe', 'unavailable', (_error, handle, call) => sound.describe(handle, call)),
  ),
  broken('asks-twice', ['C-006'], 'repeats a failed call and reports the first failure', (sound) =>
    failing(sound, 'describe', 'unavailable', async (error, handle, call) => {
      await sound.describe(handle, call);
      throw error;
    }),
  ),
  broken('gives-up', ['C-006'], 'reports a temporary failure as permanent', (sound) =>
    failing(sound, 'listPage', 'unavailable', (error) => error.with({ retry: 'permanent' })),
  ),
  broken('ignores-signal', ['C-007', 'C-053'], 'ignores the signal of a call', (sound) =>
    changeCalls(sound, withoutSignal),
  ),
  broken('ignores-deadline', ['C-009'], 'waits for an answer as long as its SDK does', (sound) =>
    changeCalls(sound, (call) => ({ ...call, deadline: Number.POSITIVE_INFINITY })),
  ),
  broken('requests-although-aborted', ['C-007'], 'sends its request before it checks the signal', (sound) => ({
    describe: async (handle, call) => {
      if (call.signal.aborted) await sound.describe(handle, withoutSignal(call));
      return sound.describe(handle, call);
    },
  })),
  broken('hangs-when-aborted', ['C-007'], 'waits for an abort that has already happened', (sound) => ({
    describe: (handle, call) => (call.signal.aborted ? new Promise(() => {}) : sound.describe(handle, call)),
  })),
  broken('takes-foreign-handles', ['C-034'], 'reads only the id of a handle', (sound) =>
    changeHandles(sound, (handle, call) => [{ ...handle, provider: sound.id, scope: sound.scope }, call]),
  ),
];
