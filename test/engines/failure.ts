import { SessionError } from '../../src/contract/session-error.ts';

/** The SessionError that something fails with. */
export async function failure(work: Promise<unknown>): Promise<SessionError> {
  try {
    await work;
  } catch (error) {
    if (SessionError.is(error)) return error;
    throw new Error('it failed, but not with a SessionError', { cause: error });
  }
  throw new Error('it did not fail');
}
