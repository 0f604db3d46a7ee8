import { describe, expect } from 'vitest';

import { SessionError } from '../../src/contract/session-error.ts';
import { parseFault, transientFaults, type Emulator, type Fault } from '../../src/emulator/index.ts';
import { athena, athenaState, emr, emrState, emulate, startAthena, startEmr, statesAfter, it } from './wire-client.ts';
import { TOKEN, tryStartEmr, type WireReply } from './wire-client.ts';

const START = { WorkGroup: 'spark35', EngineConfiguration: {}, ClientRequestToken: TOKEN };
const start = (emulator: Emulator) => athena(emulator, 'StartSession', START);
const hints = ({ headers }: WireReply) => [headers.get('retry-after'), headers.get('x-amz-retry-after')];

describe('faults', () => {
  it('throttle as the service does, with and without a hint', async () => {
    const hinted = [2000, 1500].map((retryAfterMs): Fault => ({ kind: 'throttle', retryAfterMs }));
    await using emulator = await emulate({ faults: [{ kind: 'throttle' }, ...hinted] });
    const bare = await start(emulator);
    expect(bare).toMatchObject({ status: 400, code: 'ThrottlingException', body: { Message: 'Rate exceeded' } });
    expect(hints(bare)).toEqual([null, null]);
    expect(hints(await start(emulator))).toEqual(['2', null]);
    const milliseconds = await emr(emulator, 'GET', '/applications');
    expect(milliseconds).toMatchObject({ status: 429, code: 'ThrottlingException' });
    expect(hints(milliseconds)).toEqual([null, '1500']);
    expect(emulator.oracle.sessions()).toEqual([]);
    expect(emulator.faults.pending()).toEqual([]);
    expect((await start(emulator)).status).toBe(200);
  });

  it('answer 500, HTML 503 or any error, before anything happens', async () => {
    const faults: Fault[] = [
      { kind: 'server-error' },
      { kind: 'html' },
      { kind: 'error', code: 'AccessDeniedException', httpStatus: 403, message: 'No.' },
    ];
    await using emulator = await emulate({ faults });
    expect(await start(emulator)).toMatchObject({ status: 500, code: 'InternalServerException' });
    const html = await start(emulator);
    expect(html.status).toBe(503);
    expect(html.headers.get('content-type')).toBe('text/html');
    expect(html.body).toContain('<html>');
    const denied = await start(emulator);
    expect(denied).toMatchObject({ status: 403, code: 'AccessDeniedException', body: { Message: 'No.' } });
    expect(emulator.oracle.sessions()).toEqual([]);
    const outcomes = emulator.log().map((call) => `${call.httpStatus} ${call.faults.join()}`);
    expect(outcomes).toEqual(['500 server-error', '503 html', '403 error']);
  });

  it('reset the connection before or after the effect', async ({ emulator }) => {
    emulator.faults.add({ kind: 'reset', when: 'before' });
    await expect(start(emulator)).rejects.toThrow('fetch failed');
    expect(emulator.oracle.sessions()).toEqual([]);
    emulator.faults.add({ kind: 'reset', when: 'after' });
    const failure: unknown = await start(emulator).catch((error: unknown) => error);
    expect((failure as Error).cause).toMatchObject({ code: 'ECONNRESET' });
    expect(emulator.oracle.startedWith(TOKEN)).toBe(1);
    expect((await start(emulator)).status).toBe(200);
    expect(emulator.oracle.startedWith(TOKEN)).toBe(1);
    expect(emulator.log().map((call) => call.delivery)).toEqual(['reset', 'reset', 'answer']);
  });

  it('lose an answer after the effect', async ({ emulator }) => {
    emulator.faults.add({ kind: 'lost-answer' });
    const gaveUp = new AbortController();
    const pending = fetch(emulator.urls.athena, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonAthena.StartSession' },
      body: JSON.stringify(START),
      signal: gaveUp.signal,
    });
    while (emulator.log().length === 0) await new Promise((resolve) => setImmediate(resolve));
    gaveUp.abort();
    await expect(pending).rejects.toThrow();
    expect(emulator.oracle.startedWith(TOKEN)).toBe(1);
    expect(emulator.log()[0]?.delivery).toBe('silence');
  });

  it('hold an answer back until the clock has passed, the effect at once', async ({ emulator }) => {
    emulator.faults.add({ kind: 'slow', delayMs: 60_000 });
    let answered = false;
    const pending = start(emulator).then((reply) => {
      answered = true;
      return reply;
    });
    while (emulator.oracle.sessions().length === 0) await new Promise((resolve) => setImmediate(resolve));
    emulator.advance(59_999);
    expect(answered).toBe(false);
    emulator.advance(1);
    expect((await pending).status).toBe(200);
  });

  it('hold an answer back on the real clock without another call', async () => {
    await using emulator = await emulate({ clock: 'real' });
    emulator.faults.add({ kind: 'slow', delayMs: 5 });
    expect((await start(emulator)).status).toBe(200);
  });

  it('use states that no model has, in describing and listing', async ({ emulator, id }) => {
    emulator.faults.add({ kind: 'unknown-state', state: 'HIBERNATING', service: 'athena', times: 2 });
    expect(await athenaState(emulator, id)).toBe('HIBERNATING');
    const listed = await athena(emulator, 'ListSessions', { WorkGroup: 'spark35' });
    expect(listed.body.Sessions[0].Status.State).toBe('HIBERNATING');
    expect(await athenaState(emulator, id)).toBe('CREATING');
    const path = await startEmr(emulator);
    emulator.faults.add({ kind: 'unknown-state', state: 'QUEUED' });
    expect(await emrState(emulator, path)).toBe('QUEUED');
  });

  it('put a session into DEGRADED, which holds its DPUs until it is terminated', async () => {
    await using emulator = await emulate({ startupMs: 0 });
    emulator.faults.add({ kind: 'session-becomes', state: 'DEGRADED', reason: 'No coordinators.', afterMs: 50 });
    const id = await startAthena(emulator, { EngineConfiguration: { MaxConcurrentDpus: 4 } });
    expect(await athenaState(emulator, id)).toBe('IDLE');
    emulator.advance(50);
    const { Status } = (await athena(emulator, 'GetSession', { SessionId: id })).body;
    expect(Status).toMatchObject({ State: 'DEGRADED', StateChangeReason: 'No coordinators.' });
    expect(Status.EndDateTime).toBeUndefined();
    emulator.advance(24 * 3_600_000);
    expect((await start(emulator)).code).toBe('TooManyRequestsException');
    await athena(emulator, 'TerminateSession', { SessionId: id });
    expect(await athenaState(emulator, id)).toBe('TERMINATED');
    expect((await start(emulator)).status).toBe(200);
  });

  it('let a session fail with a reason, finally', async ({ emulator }) => {
    emulator.faults.add({ kind: 'session-becomes', service: 'emr-serverless', state: 'FAILED', reason: 'Too small.' });
    const path = await startEmr(emulator);
    const { session } = (await emr(emulator, 'GET', path)).body;
    expect(session).toMatchObject({ state: 'FAILED', stateDetails: 'Too small.', endedAt: 1798761600 });
    emulator.advance(5000);
    expect(await statesAfter(emulator, path, [0])).toEqual(['FAILED']);
    expect(emulator.oracle.live()).toEqual([]);
    await emr(emulator, 'DELETE', path);
    expect(await statesAfter(emulator, path, [0])).toEqual(['FAILED']);
  });

  it('let a record vanish', async ({ emulator }) => {
    emulator.faults.add({ kind: 'session-vanishes', afterMs: 100, times: 2 });
    const id = await startAthena(emulator);
    const path = await startEmr(emulator);
    expect(await athenaState(emulator, id)).toBe('CREATING');
    emulator.advance(100);
    expect((await athena(emulator, 'GetSession', { SessionId: id })).code).toBe('InvalidRequestException');
    expect((await athena(emulator, 'TerminateSession', { SessionId: id })).status).toBe(400);
    expect((await athena(emulator, 'ListSessions', { WorkGroup: 'spark35' })).body.Sessions).toEqual([]);
    expect((await emr(emulator, 'GET', path)).status).toBe(404);
    const truth = { state: 'VANISHED', live: false, billedSeconds: 0.1 };
    expect(emulator.oracle.sessions()).toMatchObject([truth, truth]);
    emulator.advance(5000);
    expect(emulator.oracle.billedSeconds()).toBe(0.2);
  });

  it('strike in order, one answer per call, after the skipped ones', async ({ emulator }) => {
    emulator.faults.add(
      { kind: 'server-error', operation: 'GetWorkGroup', skip: 1, times: 2 },
      { kind: 'throttle', service: 'athena' },
      { kind: 'throttle', service: 'emr-serverless' },
    );
    const [throttled, failed] = ['ThrottlingException', 'InternalServerException'];
    for (const code of [throttled, failed, failed, undefined, undefined]) {
      expect((await athena(emulator, 'GetWorkGroup', { WorkGroup: 'sql' })).code).toBe(code);
    }
    expect(emulator.faults.pending()).toHaveLength(1);
    emulator.faults.clear();
    expect((await emr(emulator, 'GET', '/applications')).status).toBe(200);
  });

  it('come by chance from the seed, and a seed repeats them', async () => {
    const strikes = async (seed: number) => {
      await using emulator = await emulate({ seed, faults: [{ kind: 'server-error', probability: 0.5 }] });
      for (let count = 0; count < 40; count += 1) await emr(emulator, 'GET', '/applications');
      return emulator
        .log()
        .map(({ httpStatus }) => (httpStatus === 500 ? 'x' : '.'))
        .join('');
    };
    const first = await strikes(7);
    expect(await strikes(7)).toBe(first);
    expect(await strikes(8)).not.toBe(first);
    expect(first.replaceAll('.', '').length).toBeGreaterThan(8);
    expect(first.replaceAll('x', '').length).toBeGreaterThan(8);
    const kinds = transientFaults(0.1).map(({ kind }) => kind);
    expect(kinds).toEqual(['throttle', 'server-error', 'html', 'reset', 'reset']);
  });

  it.each<[string, unknown]>([
    ['an unknown kind', { kind: 'explode' }],
    ['no kind', {}],
    ['nothing', undefined],
    ['an unknown member', { kind: 'html', retryAfterMs: 1 }],
    ['a missing member', { kind: 'reset' }],
    ['a wrong choice', { kind: 'reset', when: 'during' }],
    ['a number out of range', { kind: 'slow', delayMs: -1 }],
    ['a chance above one', { kind: 'html', probability: 1.5 }],
    ['a wrong type', { kind: 'slow', delayMs: '5' }],
    ['an unknown service', { kind: 'html', service: 'redshift' }],
  ])('are refused with %s', async (_, fault) => {
    await using emulator = await emulate();
    const invalid = expect.objectContaining({ kind: 'config-invalid' }) as Error;
    expect(() => emulator.faults.add({ kind: 'html' }, fault as Fault)).toThrow(invalid);
    expect(emulator.faults.pending()).toEqual([]);
    expect(SessionError.is(await emulate({ faults: [fault as Fault] }).catch((error: unknown) => error))).toBe(true);
  });

  it('are refused when the service has no such state, and the emulator keeps running', async ({ emulator }) => {
    emulator.faults.add(parseFault({ kind: 'session-becomes', state: 'DEGRADED', service: 'emr-serverless' }));
    const reply = await tryStartEmr(emulator);
    expect(reply.status).toBe(500);
    expect(reply.body).toContain("emr-serverless has no session state 'DEGRADED'");
    expect((await emr(emulator, 'GET', '/applications')).status).toBe(200);
  });
});
