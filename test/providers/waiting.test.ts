import { describe, expect, it } from 'vitest';
import { failureOf } from '../failure-of.ts';
import { startSession } from './started-session.ts';

/** A service that takes an hour to start a session. */
const SLOW = { startupMs: 3_600_000, athena: { createdMs: 3_599_000 } };
/** More than one poll and less than any timeout, milliseconds. */
const AT_ONCE_MS = 120_000;

/** Permanent errors of the calls that a wait for readiness makes. */
const PERMANENT = [
  ['athena', 'GetSession', 'AccessDeniedException', 400, 'forbidden'],
  ['athena', 'GetSession', 'ExpiredTokenException', 400, 'unauthenticated'],
  ['athena', 'GetSession', 'StrangeException', 400, 'unexpected'],
  ['athena', 'GetSessionEndpoint', 'AccessDeniedException', 400, 'forbidden'],
  ['athena', 'GetSessionEndpoint', 'ExpiredTokenException', 400, 'unauthenticated'],
  ['athena', 'GetSessionEndpoint', 'UnknownOperationException', 400, 'unsupported'],
  ['athena', 'GetSessionEndpoint', 'StrangeException', 400, 'unexpected'],
  ['emr-serverless', 'GetSession', 'AccessDeniedException', 403, 'forbidden'],
  ['emr-serverless', 'GetSession', 'UnrecognizedClientException', 403, 'unauthenticated'],
  ['emr-serverless', 'GetSession', 'StrangeException', 418, 'unexpected'],
  ['emr-ec2', 'GetSession', 'AccessDeniedException', 400, 'forbidden'],
  ['emr-ec2', 'GetSession', 'UnrecognizedClientException', 400, 'unauthenticated'],
  ['glue', 'GetSession', 'AccessDeniedException', 400, 'forbidden'],
  ['glue', 'GetSession', 'UnrecognizedClientException', 400, 'unauthenticated'],
  ['glue', 'GetSession', 'StrangeException', 400, 'unexpected'],
  ['dataproc', 'GetSession', 'PERMISSION_DENIED', 403, 'forbidden'],
  ['dataproc', 'GetSession', 'UNAUTHENTICATED', 401, 'unauthenticated'],
  ['dataproc', 'GetSession', 'UNIMPLEMENTED', 501, 'unsupported'],
  ['dataproc over REST', 'GetSession', 'PERMISSION_DENIED', 403, 'forbidden'],
  ['dataproc over REST', 'GetSession', 'UNAUTHENTICATED', 401, 'unauthenticated'],
] as const;

describe('a permanent error ends the wait at once', () => {
  it.each(PERMANENT)('%s: %s answers %s', async (cloud, operation, code, httpStatus, kind) => {
    const { emulator, clock, settle, session } = await startSession(cloud, SLOW);
    emulator.advance(SLOW.startupMs / 2);
    emulator.faults.add({ kind: 'error', code, httpStatus, operation, times: 1_000 });
    const startedMs = clock.monotonicMs();
    const error = await failureOf(settle(session.whenReady()));
    expect(error).toMatchObject({ kind, handle: session.handle, native: { code } });
    expect(clock.monotonicMs() - startedMs).toBeLessThan(AT_ONCE_MS);
  });

  it.each(['dataproc', 'dataproc over REST'] as const)(
    '%s: a terminate that was accepted does not wait for polls that are denied',
    async (cloud) => {
      const { emulator, clock, settle, session } = await startSession(cloud);
      await settle(session.whenReady());
      emulator.faults.add({
        kind: 'error',
        code: 'PERMISSION_DENIED',
        httpStatus: 403,
        operation: 'GetSession',
        times: 99,
      });
      const startedMs = clock.monotonicMs();
      expect(await settle(session.terminate())).toMatchObject({ state: 'terminated', nativeState: 'TERMINATING' });
      expect(clock.monotonicMs() - startedMs).toBeLessThan(2_000);
    },
  );

  it('athena: an endpoint that fails for a while, or is refused because it is not there yet, does not end the wait', async () => {
    const { emulator, settle, session, sessions } = await startSession('athena', { athena: { endpointFrom: 'IDLE' } });
    emulator.faults.add({ kind: 'server-error', operation: 'GetSessionEndpoint', times: 3 });
    expect(await settle(session.whenReady())).toMatchObject({ nativeState: 'IDLE' });
    await settle(sessions.close());
  });
});
