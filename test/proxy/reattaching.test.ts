import { describe, expect, it } from 'vitest';
import { batch, type Fault } from '../spark-connect/fake-server.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { reattachRequest } from '../../src/proxy/requests.ts';
import { decoded, executePlan, openProxyStage, rowCounts } from './proxy-stage.ts';

/** How a stream may break, and what each is on a cloud. */
const BREAKS: Readonly<Record<string, (at: number) => Fault>> = {
  'the end of the stream': (at) => ({ at, kind: 'end' }),
  'a reset connection': (at) => ({ at, kind: 'cut' }),
  UNAVAILABLE: (at) => ({ at, kind: 'status', code: 14, text: 'gone' }),
  'an expired token (UNAUTHENTICATED)': (at) => ({ at, kind: 'status', code: 16, text: 'expired' }),
  'an expired token (PERMISSION_DENIED)': (at) => ({ at, kind: 'status', code: 7, text: 'expired' }),
  'a reset stream (INTERNAL)': (at) => ({ at, kind: 'status', code: 13, text: 'Received RST_STREAM' }),
  'a lost cursor': (at) => ({ at, kind: 'status', code: 13, text: '[INVALID_CURSOR.DISCONNECTED] other reader' }),
  'a delay that the server asks for': (at) => ({ at, kind: 'status', code: 8, text: 'busy', retryMs: 20 }),
};
const CASES = Object.keys(BREAKS).flatMap((how) =>
  [-1, 0, 1, 2].flatMap((at) => [true, false].map((reattaches) => ({ how, at, reattaches }))),
);

describe('a result whose stream breaks', () => {
  it.for(CASES)(
    'arrives whole after $how before answer $at, client reattaches: $reattaches',
    async ({ how, at, reattaches }, context) => {
      const stage = await openProxyStage(context);
      stage.server.answers = [batch([1, 2], 0), batch([3], 2)];
      stage.server.faults = [BREAKS[how]!(at)];
      const answered = await stage.client.call('ExecutePlan', [executePlan({ reattaches })]);
      expect(answered.error).toBeUndefined();
      expect(rowCounts(answered)).toEqual([2, 1]);
      expect(decoded(answered).at(-1)?.responseType.case).toBe(reattaches ? 'resultComplete' : 'arrowBatch');
      expect([...stage.server.begun.values()]).toEqual([1]);
    },
  );

  it('survives any number of expiries, each with another token', async (context) => {
    const stage = await openProxyStage(context);
    const rows = Array.from({ length: 60 }, (_, at) => batch([at], at));
    stage.server.answers = rows;
    stage.tokens = Array.from({ length: 60 }, (_, at) => `secret-token-${at}`);
    stage.server.faults = rows.slice(1).map((_, at) => ({ at: at + 1, kind: 'status', code: 7, text: 'expired' }));
    const answered = await stage.client.call('ExecutePlan', [executePlan()]);
    expect(answered.error).toBeUndefined();
    const offsets = decoded(answered).map(({ responseType: { value } }) =>
      value !== undefined && 'startOffset' in value ? Number(value.startOffset) : undefined,
    );
    expect(offsets).toEqual(rows.map((_, at) => at));
    expect(stage.server.count('ReattachExecute')).toBe(59);
    expect(new Set(stage.server.calls.map(({ token }) => token)).size).toBeGreaterThan(59);
    // Released while it was read, and at the end.
    expect(stage.server.count('ReleaseExecute')).toBeGreaterThan(3);
  });

  it('continues where a client that reattaches left off', async (context) => {
    const stage = await openProxyStage(context);
    const operationId = '99999999-2222-4333-8444-555555555555';
    const whole = await stage.client.call('ExecutePlan', [executePlan({ reattaches: true, operationId })]);
    const operation = {
      sessionId: 's',
      userContext: undefined,
      clientType: undefined,
      observed: undefined,
      operationId,
    };
    stage.server.faults = [{ at: 1, kind: 'cut' }];
    const rest = await stage.client.call('ReattachExecute', [reattachRequest(operation, '0')]);
    expect(rest.answers).toEqual(whole.answers.slice(1));
  });

  it('fails when the server no longer knows it, and runs nothing again', async (context) => {
    const stage = await openProxyStage(context);
    stage.server.faults = [
      { at: 1, kind: 'cut' },
      { at: -1, kind: 'status', code: 13, text: '[INVALID_HANDLE.OPERATION_NOT_FOUND] forgotten' },
    ];
    const answered = await stage.client.call('ExecutePlan', [executePlan()]);
    expect(answered.error).toMatchObject({ code: 13, details: '[INVALID_HANDLE.OPERATION_NOT_FOUND] forgotten' });
    expect([...stage.server.begun.values()]).toEqual([1]);
  });

  it('runs once on a server that would run it twice', async (context) => {
    const stage = await openProxyStage(context);
    stage.server.noticesRepeats = false;
    stage.server.faults = [{ at: 0, kind: 'cut' }];
    expect(rowCounts(await stage.client.call('ExecutePlan', [executePlan()]))).toEqual([2, 1]);
    expect([...stage.server.begun.values()]).toEqual([1]);
  });

  it('gives the error of the statement, at once and with one attempt', async (context) => {
    const stage = await openProxyStage(context);
    stage.server.faults = [{ at: 0, kind: 'status', code: 13, text: '[TABLE_OR_VIEW_NOT_FOUND] no t' }];
    const { error } = await stage.client.call('ExecutePlan', [executePlan()]);
    expect(error).toMatchObject({ code: 13, details: '[TABLE_OR_VIEW_NOT_FOUND] no t' });
    expect(stage.server.count('ReattachExecute')).toBe(0);
  });

  it('says that a token is refused for good', async (context) => {
    const stage = await openProxyStage(context);
    stage.server.accepts = new Set();
    const { error } = await stage.client.call('ExecutePlan', [executePlan()]);
    expect(error?.code).toBe(16);
    expect(error?.details).not.toContain('secret-token');
    expect(stage.asked()).toBe(2);
  });

  it('ends with the reason when the session has ended', async (context) => {
    const stage = await openProxyStage(context);
    const gone = { at: 1, kind: 'status', code: 14, text: 'no connections' } as const;
    stage.server.faults = Array.from({ length: 40 }, () => gone);
    stage.ended = new SessionError('session-failed', "session 's-1' ended (TERMINATED): idle for 20 minutes", {
      operation: 'proxy',
    });
    const { error, answers } = await stage.client.call('ExecutePlan', [executePlan()]);
    expect(answers).toHaveLength(1);
    expect(error).toMatchObject({ code: 9 });
    expect(error?.details).toContain('ended (TERMINATED): idle for 20 minutes');
  });
});

describe('a client that leaves', () => {
  it.for([true, false])('stops its operation only if it cannot reattach: %s', async (reattaches, context) => {
    const stage = await openProxyStage(context);
    stage.server.faults = [{ at: 1, kind: 'silence' }];
    const call = stage.client.open('ExecutePlan');
    call.on('error', () => {});
    const first = new Promise((resolve) => call.once('data', resolve));
    call.write(executePlan({ reattaches }));
    call.end();
    await first;
    call.cancel();
    if (reattaches) await new Promise((resolve) => setTimeout(resolve, 500));
    else await expect.poll(() => stage.server.released.size).toBe(1);
    expect(stage.server.interrupted.length > 0).toBe(!reattaches);
    expect(stage.server.released.size).toBe(reattaches ? 0 : 1);
  });
});
