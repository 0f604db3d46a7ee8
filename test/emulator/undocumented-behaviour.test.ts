import { describe, expect, it } from 'vitest';

import type { AthenaOptions, Emulator, EmrServerlessOptions } from '../../src/emulator/index.ts';
import { APPLICATION, athena, athenaIds, athenaState, emr, emrState, emulate } from './wire-client.ts';
import { startAthena, startEmr, statesAfter, TOKEN, tryStartEmr } from './wire-client.ts';

const onAthena = (options: AthenaOptions): Promise<Emulator> => emulate({ athena: options });
const onEmr = (options: EmrServerlessOptions): Promise<Emulator> => emulate({ emrServerless: options });

/** Each undocumented point is an option; the defaults are tested where the operation is. */
describe('what Athena does not document', () => {
  it('tokenClashCode: the error for a known token with other parameters', async () => {
    await using emulator = await onAthena({ tokenClashCode: 'SessionAlreadyExistsException' });
    await startAthena(emulator, { ClientRequestToken: TOKEN });
    const clash = { WorkGroup: 'pyspark3', EngineConfiguration: {}, ClientRequestToken: TOKEN };
    expect((await athena(emulator, 'StartSession', clash)).code).toBe('SessionAlreadyExistsException');
  });

  it('tokenLifetimeMs: how long a token is remembered', async () => {
    await using emulator = await onAthena({ tokenLifetimeMs: 60_000 });
    const first = await startAthena(emulator, { ClientRequestToken: TOKEN });
    emulator.advance(59_999);
    expect(await startAthena(emulator, { ClientRequestToken: TOKEN })).toBe(first);
    emulator.advance(1);
    expect(await startAthena(emulator, { ClientRequestToken: TOKEN })).not.toBe(first);
    expect(emulator.oracle.startedWith(TOKEN)).toBe(2);
  });

  it('unknownSessionCode: the error for an id that is not known', async () => {
    await using emulator = await onAthena({ unknownSessionCode: 'ResourceNotFoundException' });
    const reply = await athena(emulator, 'GetSession', { SessionId: 'nowhere' });
    expect(reply).toMatchObject({ code: 'ResourceNotFoundException', body: { ResourceName: 'nowhere' } });
    const calculation = { CalculationExecutionId: 'nowhere' };
    expect((await athena(emulator, 'GetCalculationExecution', calculation)).code).toBe('ResourceNotFoundException');
  });

  it('rates: how often an operation may be called', async () => {
    await using emulator = await onAthena({
      rates: { ListSessions: { perSecond: 1, burst: 2 }, GetSession: { perSecond: 0.5 } },
    });
    const list = async () => (await athena(emulator, 'ListSessions', { WorkGroup: 'spark35' })).code;
    expect([await list(), await list(), await list()]).toEqual([undefined, undefined, 'ThrottlingException']);
    emulator.advance(999);
    expect(await list()).toBe('ThrottlingException');
    emulator.advance(1);
    expect([await list(), await list()]).toEqual([undefined, 'ThrottlingException']);
    const get = async () => (await athena(emulator, 'GetSession', { SessionId: 'nowhere' })).code;
    expect([await get(), await get()]).toEqual(['InvalidRequestException', 'ThrottlingException']);
    expect((await athena(emulator, 'GetWorkGroup', { WorkGroup: 'sql' })).status).toBe(200);
  });

  it('listsEnded and listsDegraded: which sessions a list can show', async () => {
    await using emulator = await onAthena({ listsEnded: false, listsDegraded: true });
    for (const state of ['DEGRADED', 'TERMINATED']) emulator.faults.add({ kind: 'session-becomes', state });
    const degraded = await startAthena(emulator);
    await startAthena(emulator);
    expect(await athenaIds(emulator)).toEqual([degraded]);
    expect(await athenaIds(emulator, { StateFilter: 'TERMINATED' })).toEqual([]);
  });

  it('retentionMs: how long an ended session can be read', async () => {
    await using emulator = await onAthena({ retentionMs: 1000 });
    const id = await startAthena(emulator);
    await athena(emulator, 'TerminateSession', { SessionId: id });
    emulator.advance(200 + 999);
    expect(await athenaState(emulator, id)).toBe('TERMINATED');
    emulator.advance(1);
    expect((await athena(emulator, 'GetSession', { SessionId: id })).code).toBe('InvalidRequestException');
    expect(emulator.oracle.sessions()).toMatchObject([{ state: 'TERMINATED', billedSeconds: 0.2 }]);
  });

  it('maxLifetimeMs: when every session ends', async () => {
    await using emulator = await onAthena({ maxLifetimeMs: 3_600_000 });
    const id = await startAthena(emulator, { SessionIdleTimeoutInMinutes: 480 });
    expect(await statesAfter(emulator, id, [3_600_000 - 1, 1])).toEqual(['IDLE', 'TERMINATING']);
  });

  it('spark35DpuQuota and its like: how much the account may use', async () => {
    const quotas = { spark35DpuQuota: 6, pyspark3DpuQuota: 2, defaultSessionDpus: 3, sessionDpuLimit: 5 };
    await using emulator = await onAthena(quotas);
    const start = async (WorkGroup: string, EngineConfiguration: object = {}) =>
      (await athena(emulator, 'StartSession', { WorkGroup, EngineConfiguration })).code;
    const codes = [await start('spark35'), await start('spark35'), await start('spark35')];
    expect(codes).toEqual([undefined, undefined, 'TooManyRequestsException']);
    expect(await start('pyspark3', { MaxConcurrentDpus: 6 })).toBe('InvalidRequestException');
    expect(await start('pyspark3', { MaxConcurrentDpus: 2 })).toBeUndefined();
  });

  it('endpointBeforeReady, endpointNotReadyCode and endpointFrom: the endpoint while the session starts', async () => {
    const options = { endpointBeforeReady: 'empty', endpointFrom: 'IDLE', endpointTokenTtlMs: 60_000 } as const;
    await using empty = await onAthena(options);
    const SessionId = await startAthena(empty);
    const endpoint = () => athena(empty, 'GetSessionEndpoint', { SessionId });
    empty.advance(900);
    const nothing = { EndpointUrl: '', AuthToken: '', AuthTokenExpirationTime: 1798761600.9 };
    expect((await endpoint()).body).toEqual(nothing);
    empty.advance(100);
    const EndpointUrl = expect.stringMatching(/^http:/) as string;
    expect((await endpoint()).body).toMatchObject({ AuthTokenExpirationTime: 1798761661, EndpointUrl });
    await athena(empty, 'TerminateSession', { SessionId });
    expect((await endpoint()).status).toBe(400);
    await using missing = await onAthena({ endpointNotReadyCode: 'ResourceNotFoundException' });
    const refused = await athena(missing, 'GetSessionEndpoint', { SessionId: await startAthena(missing) });
    expect(refused.code).toBe('ResourceNotFoundException');
  });

  it('describeLagMs and listLagMs: how far reading is behind', async () => {
    await using emulator = await onAthena({ describeLagMs: 100, listLagMs: 300, createdMs: 0 });
    const id = await startAthena(emulator);
    const listed = async () => {
      const { body } = await athena(emulator, 'ListSessions', { WorkGroup: 'spark35' });
      return (body.Sessions as { Status: { State: string } }[]).map((row) => row.Status.State);
    };
    expect((await athena(emulator, 'GetSession', { SessionId: id })).code).toBe('InvalidRequestException');
    emulator.advance(100);
    expect([await athenaState(emulator, id), await listed()]).toEqual(['CREATING', []]);
    emulator.advance(200);
    expect(await listed()).toEqual(['CREATING']);
    emulator.advance(800);
    expect([await athenaState(emulator, id), await listed()]).toEqual(['IDLE', ['CREATING']]);
    expect((await athena(emulator, 'TerminateSession', { SessionId: id })).body.State).toBe('TERMINATING');
    expect(await athenaState(emulator, id)).toBe('IDLE');
  });
});

describe('what EMR Serverless does not document', () => {
  it('tokenClashCode: the error for a known token with other parameters', async () => {
    await using emulator = await onEmr({ tokenClashCode: 'ValidationException', tokenLifetimeMs: 1000 });
    const first = await startEmr(emulator, { clientToken: 'same' });
    const again = () => tryStartEmr(emulator, { clientToken: 'same', name: 'other' });
    expect(await again()).toMatchObject({ status: 400, code: 'ValidationException' });
    emulator.advance(1000);
    expect((await again()).status).toBe(200);
    expect(await emrState(emulator, first)).toBe('STARTING');
  });

  it.each([
    ['ValidationException', 400],
    ['ResourceNotFoundException', 404],
  ] as const)('terminateEnded: TerminateSession on an ended session, %s', async (code, status) => {
    await using emulator = await onEmr({ terminateEnded: code });
    const path = await startEmr(emulator);
    expect((await emr(emulator, 'DELETE', path)).status).toBe(200);
    expect((await emr(emulator, 'DELETE', path)).status).toBe(200);
    emulator.advance(200);
    expect(await emr(emulator, 'DELETE', path)).toMatchObject({ status, code });
  });

  it('rates: how often an operation may be called', async () => {
    await using emulator = await onEmr({ rates: { ListApplications: { perSecond: 1 } } });
    const list = async () => (await emr(emulator, 'GET', '/applications')).status;
    expect([await list(), await list()]).toEqual([200, 429]);
  });

  it('retentionMs: how long an ended session can be read', async () => {
    await using emulator = await onEmr({ retentionMs: 1000 });
    const path = await startEmr(emulator);
    await emr(emulator, 'DELETE', path);
    emulator.advance(1199);
    expect((await emr(emulator, 'GET', path)).status).toBe(200);
    emulator.advance(1);
    expect((await emr(emulator, 'GET', path)).status).toBe(404);
  });

  it('idleTimeoutMinutes and zeroIdleTimeout: when an idle session ends', async () => {
    await using usual = await onEmr({ idleTimeoutMinutes: 15, zeroIdleTimeout: 'default', applicationStartupMs: 0 });
    const [zero, unsaid] = [await startEmr(usual, { idleTimeoutMinutes: 0 }), await startEmr(usual)];
    expect(await statesAfter(usual, zero, [1000 + 15 * 60_000 - 1])).toEqual(['IDLE']);
    expect(await statesAfter(usual, unsaid, [0, 1])).toEqual(['IDLE', 'TERMINATING']);
    expect(await emrState(usual, zero)).toBe('TERMINATING');
    await using never = await onEmr({ maxLifetimeMs: 48 * 3_600_000 });
    const path = await startEmr(never, { idleTimeoutMinutes: 0 });
    expect(await statesAfter(never, path, [48 * 3_600_000 - 1, 1])).toEqual(['IDLE', 'TERMINATING']);
  });

  it('startedMs: whether STARTED is ever seen', async () => {
    await using emulator = await onEmr({ startedMs: 500, applicationStartupMs: 0 });
    const path = await startEmr(emulator);
    emulator.advance(1000);
    expect(await emrState(emulator, path)).toBe('STARTED');
    expect((await emr(emulator, 'GET', `${path}/endpoint`)).status).toBe(200);
    emulator.advance(500);
    expect(await emrState(emulator, path)).toBe('IDLE');
  });

  it.each([
    ['ConflictException', 409],
    ['ResourceNotFoundException', 404],
  ] as const)('endpointNotReadyCode: GetSessionEndpoint before the session is ready, %s', async (code, status) => {
    await using emulator = await onEmr({ endpointNotReadyCode: code });
    const path = await startEmr(emulator);
    expect(await emr(emulator, 'GET', `${path}/endpoint`)).toMatchObject({ status, code });
  });

  it('unsuitableApplicationCode and stoppedApplicationCode: why an application accepts no sessions', async () => {
    await using emulator = await onEmr({
      unsuitableApplicationCode: 'ConflictException',
      stoppedApplicationCode: 'ValidationException',
      applications: { hive1: { type: 'HIVE' }, stopped1: { autoStart: false } },
    });
    expect((await tryStartEmr(emulator, {}, 'hive1')).status).toBe(409);
    expect((await tryStartEmr(emulator, {}, 'stopped1')).status).toBe(400);
  });

  it('describeLagMs and listLagMs: how far reading is behind', async () => {
    await using emulator = await onEmr({ describeLagMs: 100, listLagMs: 300, applicationStartupMs: 0 });
    const path = await startEmr(emulator);
    const listed = async () =>
      (await emr(emulator, 'GET', `/applications/${APPLICATION}/sessions`)).body.sessions.length as number;
    expect((await emr(emulator, 'GET', path)).status).toBe(404);
    emulator.advance(100);
    expect([(await emr(emulator, 'GET', path)).status, await listed()]).toEqual([200, 0]);
    emulator.advance(200);
    expect(await listed()).toBe(1);
    emulator.advance(750);
    const { session } = (await emr(emulator, 'GET', path)).body;
    expect([session.state, session.startedAt]).toEqual(['STARTING', undefined]);
  });

  it('sessionQuota and endpointTokenTtlMs: limits that differ between accounts', async () => {
    await using emulator = await onEmr({ sessionQuota: 1, endpointTokenTtlMs: 60_000, applicationStartupMs: 0 });
    const path = await startEmr(emulator);
    await expect(startEmr(emulator)).rejects.toThrow('ServiceQuotaExceededException');
    emulator.advance(1000);
    expect((await emr(emulator, 'GET', `${path}/endpoint`)).body.authTokenExpiresAt).toBe(1798761661);
  });
});
