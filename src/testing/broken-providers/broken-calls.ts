import { SessionError } from '../../contract/session-error.ts';
import type { CallContext } from '../../contract/call-context.ts';
import { alter, alterCalls, brokenProvider, type BrokenProvider } from './broken-provider.ts';

/** A call of which nobody tells the provider that it was aborted. */
function deaf(call: CallContext): CallContext {
  return { ...call, signal: new AbortController().signal };
}

/** A call of which nobody tells the provider how long it may take. */
function endless(call: CallContext): CallContext {
  return { ...call, deadline: Number.POSITIVE_INFINITY };
}

/** Throws the error under the name of an internal function. */
function renamed(error: unknown): never {
  throw SessionError.is(error) ? error.with({ operation: 'fetchSessions' }) : error;
}

/** Wrong in how calls fail. */
export const BROKEN_CALLS: readonly BrokenProvider[] = [
  brokenProvider({
    name: 'plain-errors',
    fault: 'throws what the SDK threw',
    breaks: ['C-005'],
    wrap: (sound) =>
      alter(sound, {
        terminate: (handle, call) =>
          sound.terminate(handle, call).catch((error: unknown) => {
            throw SessionError.is(error, 'forbidden') ? new Error('AccessDeniedException') : error;
          }),
      }),
  }),
  brokenProvider({
    name: 'nameless-operation',
    fault: 'names its internal function as the operation of an error',
    breaks: ['C-005'],
    wrap: (sound) =>
      alter(sound, {
        describe: (handle, call) => sound.describe(handle, call).catch(renamed),
        listPage: (filter, cursor, call) => sound.listPage(filter, cursor, call).catch(renamed),
      }),
  }),
  brokenProvider({
    name: 'retries-inside',
    fault: 'leaves the retries of its SDK on',
    breaks: ['C-006'],
    wrap: (sound) =>
      alter(sound, {
        describe: async (handle, call) => {
          try {
            return await sound.describe(handle, call);
          } catch (error) {
            if (!SessionError.is(error, 'unavailable')) throw error;
            return sound.describe(handle, call);
          }
        },
      }),
  }),
  brokenProvider({
    name: 'ignores-signal',
    fault: 'takes a signal and never looks at it',
    breaks: ['C-007', 'C-053'],
    wrap: (sound) =>
      alter(
        alterCalls(sound, (handle, call) => [handle, deaf(call)]),
        {
          start: (request, call) => sound.start(request, deaf(call)),
          listPage: (filter, cursor, call) => sound.listPage(filter, cursor, deaf(call)),
        },
      ),
  }),
  brokenProvider({
    name: 'ignores-deadline',
    fault: 'waits for an answer as long as its SDK does',
    breaks: ['C-009'],
    wrap: (sound) =>
      alter(
        alterCalls(sound, (handle, call) => [handle, endless(call)]),
        {
          start: (request, call) => sound.start(request, endless(call)),
          listPage: (filter, cursor, call) => sound.listPage(filter, cursor, endless(call)),
        },
      ),
  }),
  brokenProvider({
    name: 'asks-before-it-looks',
    fault: 'sends its request first and sees then that the call was aborted',
    breaks: ['C-007'],
    wrap: (sound) =>
      alter(sound, {
        describe: async (handle, call) => {
          if (call.signal.aborted) await sound.describe(handle, deaf(call));
          return sound.describe(handle, call);
        },
      }),
  }),
  brokenProvider({
    name: 'takes-foreign-handles',
    fault: 'looks at the id of a handle only',
    breaks: ['C-034'],
    wrap: (sound) => alterCalls(sound, (handle, call) => [{ ...handle, provider: sound.id, scope: sound.scope }, call]),
  }),
  brokenProvider({
    name: 'plain-not-found',
    fault: 'throws a plain error for a session that is not there',
    breaks: ['C-005', 'C-031'],
    wrap: (sound) =>
      alter(sound, {
        describe: (handle, call) =>
          sound.describe(handle, call).catch((error: unknown) => {
            throw SessionError.is(error, 'not-found') ? new Error('ResourceNotFoundException') : error;
          }),
      }),
  }),
  brokenProvider({
    name: 'gives-up',
    fault: 'says of a passing failure that trying again cannot help',
    breaks: ['C-006'],
    wrap: (sound) =>
      alter(sound, {
        listPage: (filter, cursor, call) =>
          sound.listPage(filter, cursor, call).catch((error: unknown) => {
            throw SessionError.is(error, 'unavailable') ? error.with({ retry: 'permanent' }) : error;
          }),
      }),
  }),
  brokenProvider({
    name: 'asks-twice',
    fault: 'asks again after a failure to make sure, and reports the first one',
    breaks: ['C-006'],
    wrap: (sound) =>
      alter(sound, {
        describe: (handle, call) =>
          sound.describe(handle, call).catch(async (error: unknown) => {
            if (SessionError.is(error, 'unavailable')) await sound.describe(handle, call);
            throw error;
          }),
      }),
  }),
  brokenProvider({
    name: 'hangs-when-aborted',
    fault: 'waits for an abort that has already come',
    breaks: ['C-007'],
    wrap: (sound) =>
      alter(sound, {
        describe: (handle, call) => (call.signal.aborted ? new Promise(() => {}) : sound.describe(handle, call)),
      }),
  }),
];
