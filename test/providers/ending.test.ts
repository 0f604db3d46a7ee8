import { describe, expect, it } from 'vitest';
import { failureOf } from '../failure-of.ts';
import { operationsOf } from './_aws/bench.ts';
import { CLOUDS, startSession } from './started-session.ts';

/** Answers of real services that say something other than "this session does not exist". */
const REFUSALS = [
  ['athena', 'InvalidRequestException', 400],
  ['athena', 'ResourceNotFoundException', 400],
  ['emr-serverless', 'ResourceNotFoundException', 404],
  ['emr-serverless', 'ValidationException', 400],
  ['emr-serverless', 'ConflictException', 409],
  ['emr-ec2', 'InvalidRequestException', 400],
  ['emr-ec2', 'ResourceNotFoundException', 400],
  ['glue', 'EntityNotFoundException', 400],
  ['glue', 'InvalidInputException', 400],
  ['glue', 'IllegalSessionStateException', 400],
  ['dataproc', 'NOT_FOUND', 404],
  ['dataproc over REST', 'NOT_FOUND', 404],
] as const;

describe.each(REFUSALS)('%s answers %s about a live session', (cloud, code, httpStatus) => {
  const terminateOperation = cloud === 'glue' ? 'StopSession' : 'TerminateSession';
  const refused = (operation: string, times: number) =>
    ({ kind: 'error', code, httpStatus, operation, times }) as const;

  it('once to TerminateSession: close asks again and the session ends', async () => {
    const { emulator, settle, session, pass, live } = await startSession(cloud);
    await settle(session.whenReady());
    emulator.faults.add(refused(terminateOperation, 1));
    await settle(session.close());
    await pass(60_000);
    expect(live()).toEqual([]);
  });

  it('always to TerminateSession: close and terminate fail, and the session is not reported as ended', async () => {
    const { emulator, settle, session, sessions, pass, live } = await startSession(cloud);
    await settle(session.whenReady());
    emulator.faults.add(refused(terminateOperation, 1_000));
    const expected = { kind: 'conflict', operation: 'terminate', handle: session.handle, native: { code } };
    const error = await failureOf(settle(session.terminate({ wait: true })));
    expect(error).toMatchObject(expected);
    expect(error.message).toContain(session.handle.id);
    expect(session.status).toMatchObject({ state: 'ready', final: false });
    expect(await failureOf(settle(session.close()))).toMatchObject(expected);
    expect(live()).toEqual([session.handle.id]);
    emulator.faults.clear();
    await settle(sessions.close());
    await pass(60_000);
    expect(live()).toEqual([]);
  });

  it('always to GetSession: the list shows that it lives, and it is used and ended', async () => {
    const { emulator, settle, session, pass, live } = await startSession(cloud);
    emulator.faults.add(refused('GetSession', 1_000_000));
    await pass(40_000);
    expect(await settle(session.refresh())).toMatchObject({ final: false });
    expect(await settle(session.whenReady())).toMatchObject({ final: false, acceptsWork: true });
    await settle(session.close());
    await pass(60_000);
    expect(live()).toEqual([]);
  });

  it('always to GetSession and ListSessions: whatever is assumed, close sends TerminateSession', async () => {
    const { emulator, settle, session, pass, live } = await startSession(cloud);
    emulator.faults.add(refused('GetSession', 1_000_000), refused('ListSessions', 1_000_000));
    await pass(40_000);
    await settle(session.refresh()).catch(() => {});
    await failureOf(settle(session.whenReady()));
    await settle(session.close());
    expect(operationsOf(emulator)).toContain(terminateOperation);
    await pass(60_000);
    expect(live()).toEqual([]);
  });
});

/** Lookups that lag behind a start. */
const LAG = { describeLagMs: 8_000, listLagMs: 8_000 };

describe.each(CLOUDS)('%s', (cloud) => {
  it('ends a session that its lookups do not show yet', async () => {
    const { settle, session, pass, live } = await startSession(cloud, {
      athena: LAG,
      emrServerless: LAG,
      emr: LAG,
      dataproc: LAG,
    });
    await settle(session.close());
    await pass(60_000);
    expect(live()).toEqual([]);
  });

  it('closing a session that is gone succeeds', async () => {
    const { emulator, settle, session, pass, live } = await startSession(cloud);
    await settle(session.whenReady());
    emulator.faults.add({ kind: 'session-vanishes', operation: 'GetSession' });
    await settle(session.refresh());
    await pass(40_000);
    expect(await settle(session.refresh())).toMatchObject({ state: 'terminated', nativeState: 'GONE', final: true });
    await settle(session.close());
    expect(live()).toEqual([]);
  });
});
