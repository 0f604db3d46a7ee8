import { describe, expect, it } from 'vitest';
import { failureOf } from '../failure-of.ts';
import { operationsOf } from './_aws/bench.ts';
import { CLOUDS, openCloud } from './started-session.ts';

describe.each(CLOUDS)('%s: a start takes longer than its timeoutMs', (cloud) => {
  const isGoogle = cloud.startsWith('dataproc');
  const start = isGoogle || cloud === 'glue' ? 'CreateSession' : 'StartSession';
  const terminate = cloud === 'glue' ? 'StopSession' : 'TerminateSession';
  const code = isGoogle ? 'PERMISSION_DENIED' : 'AccessDeniedException';

  it.each([
    ['is refused once', { kind: 'error', code, httpStatus: 403, times: 1 }, true],
    ['is always refused', { kind: 'error', code, httpStatus: 403, times: 1_000 }, false],
    ['fails five times with 500', { kind: 'server-error', times: 5 }, true],
    ['always fails with 500', { kind: 'server-error', times: 1_000 }, false],
  ] as const)('and its terminate %s: close ends the session or names it', async (_what, fault, ends) => {
    const { emulator, settle, sessions, pass, live } = await openCloud(cloud);
    emulator.faults.add({ kind: 'slow', delayMs: 1_500, operation: start });
    emulator.faults.add({ ...fault, operation: terminate });
    const late = await failureOf(settle(sessions.start({ timeoutMs: 700 })));
    expect(late).toMatchObject({ kind: 'timeout', effect: 'unknown' });
    const closing = settle(sessions.close());
    if (ends) await closing;
    else expect((await failureOf(closing)).message).toContain(`session '${live()[0] ?? ''}' may still be running`);
    await pass(60_000);
    expect(live()).toHaveLength(ends ? 0 : 1);
  });
});

describe('athena does not answer the read of the workgroup', () => {
  it.each([
    ['abort', 1_000, 'aborted'],
    ['abort', 30_000, 'aborted'],
    ['timeout', 1_000, 'timeout'],
    ['timeout', 30_000, 'timeout'],
  ] as const)('and the start ends by %s after %i ms: at once, and nothing was sent', async (how, afterMs, kind) => {
    const { emulator, settle, clock, sessions, live } = await openCloud('athena');
    emulator.faults.add({ kind: 'lost-answer', operation: 'GetWorkGroup', times: 1_000 });
    const controller = new AbortController();
    const { signal } = controller;
    clock.schedule(afterMs, () => {
      if (how === 'abort') controller.abort();
    });
    const startedMs = clock.monotonicMs();
    const error = await failureOf(settle(sessions.start(how === 'abort' ? { signal } : { timeoutMs: afterMs })));
    expect(error).toMatchObject({ kind, operation: 'start', effect: 'none' });
    await settle(sessions.close());
    expect(clock.monotonicMs() - startedMs).toBeLessThan(afterMs + 2_000);
    expect([new Set(operationsOf(emulator)), live()]).toEqual([new Set(['GetWorkGroup']), []]);
  });

  it('a start that waits for the same read goes on when another one is aborted', async () => {
    const { emulator, settle, sessions, live } = await openCloud('athena');
    emulator.faults.add({ kind: 'slow', delayMs: 1_000, operation: 'GetWorkGroup' });
    const controller = new AbortController();
    const aborted = failureOf(sessions.start({ signal: controller.signal }));
    const started = sessions.start();
    controller.abort();
    expect(await aborted).toMatchObject({ kind: 'aborted', effect: 'none' });
    const { handle } = await settle(started);
    expect(live()).toEqual([handle.id]);
  });
});
