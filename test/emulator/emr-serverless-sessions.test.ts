import { describe, expect } from 'vitest';

import type { Emulator } from '../../src/emulator/index.ts';
import { APPLICATION, emr, emrState, emulate, ROLE, startEmr, statesAfter, tryStartEmr, it } from './wire-client.ts';

const SESSIONS = `/applications/${APPLICATION}/sessions`;

async function ids(emulator: Emulator, query = ''): Promise<readonly string[]> {
  const { body } = await emr(emulator, 'GET', `${SESSIONS}${query}`);
  return (body.sessions as { sessionId: string }[]).map(({ sessionId }) => `${SESSIONS}/${sessionId}`);
}

describe('an EMR Serverless session on the wire', () => {
  it('waits for its application, then goes STARTING and IDLE, and never shows STARTED', async () => {
    await using emulator = await emulate({ startupMs: 1000 });
    const path = await startEmr(emulator);
    const states = ['SUBMITTED', 'SUBMITTED', 'STARTING', 'STARTING', 'IDLE'];
    expect(await statesAfter(emulator, path, [0, 999, 1, 999, 1])).toEqual(states);
    const next = await startEmr(emulator);
    expect(await emrState(emulator, next)).toBe('STARTING');
  });

  it('answers a start with ids and no state, and GetSession with the rest', async () => {
    await using emulator = await emulate({ startupMs: 1500, emrServerless: { applicationStartupMs: 0 } });
    const body = {
      clientToken: 'token',
      executionRoleArn: ROLE,
      name: 'nightly',
      tags: { team: 'data' },
      idleTimeoutMinutes: 15,
      configurationOverrides: { runtimeConfiguration: [{ classification: 'spark-defaults', properties: { a: 'b' } }] },
    };
    const started = await emr(emulator, 'POST', SESSIONS, body);
    const { sessionId } = started.body as { sessionId: string };
    const arn = `arn:aws:emr-serverless:us-east-1:123456789012:${SESSIONS}/${sessionId}`;
    expect(started.body).toEqual({ applicationId: APPLICATION, sessionId, arn });
    emulator.advance(1500);
    const { session } = (await emr(emulator, 'GET', `${SESSIONS}/${sessionId}`)).body;
    const { clientToken: _, ...kept } = body;
    const times = { createdAt: 1798761600, startedAt: 1798761601.5, idleSince: 1798761601.5 };
    const shown = { state: 'IDLE', stateDetails: 'Session is running.', releaseLabel: 'emr-7.13.0' };
    expect(session).toMatchObject({ ...kept, ...shown, ...times });
    expect(session.billedResourceUtilization.vCPUHour).toBeCloseTo((12 * 1.5) / 3600);
    const [row] = (await emr(emulator, 'GET', SESSIONS)).body.sessions;
    expect(row).toMatchObject({ state: 'IDLE', name: 'nightly', stateDetails: 'Session is running.' });
    expect(row.idleSince).toBeUndefined();
  });

  it('ends by its idle timeout, an hour by default, and after 24 hours even when busy', async () => {
    await using emulator = await emulate({ startupMs: 0 });
    const quick = await startEmr(emulator, { idleTimeoutMinutes: 1 });
    const usual = await startEmr(emulator);
    const busy = await startEmr(emulator);
    expect(await emrState(emulator, busy)).toBe('IDLE');
    emulator.setBusy(busy.slice(busy.lastIndexOf('/') + 1), true);
    expect(await statesAfter(emulator, quick, [60_000])).toEqual(['TERMINATED']);
    expect(await statesAfter(emulator, usual, [0, 59 * 60_000])).toEqual(['IDLE', 'TERMINATED']);
    const states = await statesAfter(emulator, busy, [0, 23 * 3_600_000 - 1, 1]);
    expect(states).toEqual(['BUSY', 'BUSY', 'TERMINATED']);
  });

  it('is terminated through TERMINATING, also while it starts, and again without effect', async ({
    emulator,
    path,
  }) => {
    expect((await emr(emulator, 'DELETE', path)).status).toBe(200);
    expect(await statesAfter(emulator, path, [0, 100])).toEqual(['TERMINATING', 'TERMINATING']);
    expect((await emr(emulator, 'DELETE', path)).status).toBe(200);
    expect(await statesAfter(emulator, path, [100])).toEqual(['TERMINATED']);
    const sessionId = path.slice(path.lastIndexOf('/') + 1);
    expect((await emr(emulator, 'DELETE', path)).body).toEqual({ applicationId: APPLICATION, sessionId });
    expect(await statesAfter(emulator, path, [5000])).toEqual(['TERMINATED']);
  });

  it('replays a token with the same parameters and refuses it with others', async ({ emulator }) => {
    const first = await startEmr(emulator, { clientToken: 'same', name: 'one' });
    expect(await startEmr(emulator, { name: 'one', clientToken: 'same' })).toBe(first);
    const clash = await tryStartEmr(emulator, { clientToken: 'same', name: 'two' });
    expect(clash).toMatchObject({ status: 409, code: 'ConflictException' });
    expect(emulator.oracle.startedWith('same')).toBe(1);
  });

  it('is one of at most 25 live ones in an application, including ending ones', async ({ emulator }) => {
    const paths: string[] = [];
    for (let count = 0; count < 25; count += 1) paths.push(await startEmr(emulator));
    const exceeded = { status: 402, code: 'ServiceQuotaExceededException' };
    expect(await tryStartEmr(emulator)).toMatchObject(exceeded);
    await emr(emulator, 'DELETE', paths[0] ?? '');
    expect((await tryStartEmr(emulator)).status).toBe(402);
    emulator.advance(200);
    expect((await tryStartEmr(emulator)).status).toBe(200);
  });

  it('gives its endpoint when it can be connected to, with a token of more than 2 KB for an hour', async () => {
    await using emulator = await emulate({ startupMs: 1000 });
    const path = await startEmr(emulator);
    const endpoint = () => emr(emulator, 'GET', `${path}/endpoint`);
    expect(await endpoint()).toMatchObject({ status: 400, code: 'ValidationException' });
    emulator.advance(2000);
    const { body } = await endpoint();
    expect(body.endpoint).toBe(emulator.urls.sparkConnect);
    expect(body.authTokenExpiresAt).toBe(1798761602 + 3600);
    expect(body.authToken.length).toBeGreaterThan(2048);
    expect(body.authToken.length).toBeLessThanOrEqual(8000);
    expect((await endpoint()).body.authToken).not.toBe(body.authToken);
    await emr(emulator, 'DELETE', path);
    expect((await endpoint()).code).toBe('ValidationException');
  });

  it('has a dashboard', async ({ emulator, path }) => {
    const id = path.slice(path.lastIndexOf('/') + 1);
    const dashboard = (query: string) => emr(emulator, 'GET', `/applications/${APPLICATION}/dashboard?${query}`);
    expect((await dashboard(`resourceId=${id}&resourceType=SESSION`)).body.url).toContain(`https://s-${id}.dashboard.`);
    expect((await dashboard(`resourceId=${id}&resourceType=JOB`)).code).toBe('ValidationException');
    expect((await dashboard('resourceId=00nowhere&resourceType=SESSION')).status).toBe(404);
    expect((await dashboard('resourceType=SESSION')).code).toBe('ValidationException');
  });

  it('is unknown in another application', async () => {
    await using emulator = await emulate({ emrServerless: { applications: { other1: {} } } });
    const path = await startEmr(emulator);
    expect((await emr(emulator, 'GET', path.replace(APPLICATION, 'other1'))).status).toBe(404);
    expect((await emr(emulator, 'GET', path.replace(APPLICATION, 'nowhere'))).status).toBe(404);
    expect((await emr(emulator, 'GET', path)).status).toBe(200);
  });
});

describe('listing EMR Serverless sessions', () => {
  it('filters by states, and groups by them', async () => {
    await using emulator = await emulate({ emrServerless: { applicationStartupMs: 0 } });
    const idle = [await startEmr(emulator), await startEmr(emulator)];
    emulator.advance(1000);
    const ended = await startEmr(emulator);
    await emr(emulator, 'DELETE', ended);
    emulator.advance(200);
    const starting = [await startEmr(emulator), await startEmr(emulator)];
    const listed = await ids(emulator, '?states=STARTING&states=IDLE');
    expect(listed.slice(0, 2).toSorted()).toEqual(starting.toSorted());
    expect(listed.slice(2).toSorted()).toEqual(idle.toSorted());
    expect(await ids(emulator, '?states=TERMINATED')).toEqual([ended]);
    expect((await ids(emulator)).length).toBe(5);
    expect((await emr(emulator, 'GET', `${SESSIONS}?states=READY`)).code).toBe('ValidationException');
  });

  it('promises no order', async ({ emulator }) => {
    const paths: string[] = [];
    for (let count = 0; count < 12; count += 1) paths.push(await startEmr(emulator));
    const listed = await ids(emulator);
    expect(listed).not.toEqual(paths);
    expect(listed).not.toEqual(paths.toReversed());
    expect(listed.toSorted()).toEqual(paths.toSorted());
  });

  it('filters by ISO times', async ({ emulator }) => {
    const first = await startEmr(emulator);
    emulator.advance(1000);
    const second = await startEmr(emulator);
    expect(await ids(emulator, '?createdAtAfter=2027-01-01T00%3A00%3A00.500Z')).toEqual([second]);
    expect(await ids(emulator, '?createdAtBefore=2027-01-01T00%3A00%3A01Z')).toEqual([first]);
    const refused = await emr(emulator, 'GET', `${SESSIONS}?createdAtAfter=yesterday`);
    expect(refused).toMatchObject({ status: 400, code: 'SerializationException' });
  });

  it('turns opaque pages of at most 50', async () => {
    await using emulator = await emulate({ emrServerless: { sessionQuota: 100 } });
    for (let count = 0; count < 51; count += 1) await startEmr(emulator);
    const first = (await emr(emulator, 'GET', SESSIONS)).body;
    expect(first.sessions).toHaveLength(50);
    expect(first.nextToken).toMatch(/^[A-Za-z0-9_=-]{1,1024}$/);
    const rest = await ids(emulator, `?nextToken=${first.nextToken as string}`);
    const rows = first.sessions as { sessionId: string }[];
    expect(new Set([...rows.map((row) => `${SESSIONS}/${row.sessionId}`), ...rest]).size).toBe(51);
    expect((await emr(emulator, 'GET', `${SESSIONS}?maxResults=51`)).code).toBe('ValidationException');
    expect((await emr(emulator, 'GET', `${SESSIONS}?maxResults=many`)).code).toBe('SerializationException');
    const foreign = `${SESSIONS}?states=IDLE&nextToken=${first.nextToken as string}`;
    expect((await emr(emulator, 'GET', foreign)).code).toBe('ValidationException');
  });
});

describe('the paths of EMR Serverless', () => {
  it('lets an empty id fall through to the list, and nothing be deleted by it', async ({ emulator }) => {
    await startEmr(emulator);
    expect((await emr(emulator, 'GET', `${SESSIONS}/`)).body.sessions).toHaveLength(1);
    const unknown = { status: 404, code: 'UnknownOperationException' };
    expect(await emr(emulator, 'DELETE', `${SESSIONS}/`)).toMatchObject(unknown);
    expect(emulator.oracle.live()).toHaveLength(1);
  });

  it('refuses a label that breaks its pattern, also percent-encoded', async ({ emulator }) => {
    for (const path of ['/applications/00%20x/sessions', `${SESSIONS}/ABC`, `${SESSIONS}/${'a'.repeat(65)}`]) {
      expect(await emr(emulator, 'GET', path)).toMatchObject({ status: 400, code: 'ValidationException' });
    }
    const unreadable = { status: 400, code: 'SerializationException' };
    expect(await emr(emulator, 'GET', `${SESSIONS}/%zz`)).toMatchObject(unreadable);
    expect((await emr(emulator, 'PUT', SESSIONS)).status).toBe(404);
    expect((await emr(emulator, 'GET', '/')).status).toBe(404);
  });

  it('names the error in header and body, under message', async ({ emulator }) => {
    const { body, headers } = await emr(emulator, 'GET', `${SESSIONS}/00nowhere`);
    expect(body).toEqual({ __type: 'ResourceNotFoundException', message: 'Session 00nowhere does not exist.' });
    expect(headers.get('x-amzn-requestid')).toBeTruthy();
  });
});
