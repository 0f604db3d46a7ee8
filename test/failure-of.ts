import { SessionError } from '../src/contract/session-error.ts';

/** The SessionError that work fails with; the work is a promise or a function. */
export async function failureOf(work: unknown): Promise<SessionError> {
  try {
    await (typeof work === 'function' ? (work as () => unknown)() : work);
  } catch (error) {
    if (SessionError.is(error)) return error;
    throw new Error(`expected a SessionError; got ${String(error)}`, { cause: error });
  }
  throw new Error('expected a SessionError; nothing failed');
}
