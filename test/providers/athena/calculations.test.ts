import { describe, expect, it } from 'vitest';
import type { CalculationRequest, CalculationRunner } from '../../../src/contract/calculation-runner.ts';
import type { SessionError } from '../../../src/contract/session-error.ts';
import type { SessionHandle } from '../../../src/contract/session-handle.ts';
import { failureOf } from '../../failure-of.ts';
import { openBench, operationsOf, request, type Bench } from '../_aws/bench.ts';
import { unlimited } from './emulated-subject.ts';

interface Scene extends Bench {
  readonly calculations: CalculationRunner;
  readonly handle: SessionHandle;
}

/** A ready session on PySpark engine version 3. */
async function scene(): Promise<Scene> {
  const bench = await openBench('athena', { workgroup: 'pyspark3', engine: 'pyspark-v3' });
  const { handle } = await bench.provider.start(request({ idleTimeoutMs: 1_200_000 }), unlimited());
  await bench.clock.advance(60_000);
  return { ...bench, calculations: bench.provider.calculations!, handle };
}

const block = (code = 'print(1)'): CalculationRequest => ({ token: `calc-${'1'.repeat(32)}`, code });

/** How a block of code was refused. */
const refusal = ({ calculations, handle }: Scene, code = block()): Promise<SessionError> =>
  failureOf(calculations.start(handle, code, unlimited()));

const polls = ({ emulator }: Scene): number =>
  operationsOf(emulator).filter((operation) => operation === 'GetSession').length;

describe('code that Athena refuses', () => {
  it('C-063 is a conflict in a busy session, which says so and what to do', async () => {
    const stage = await scene();
    stage.emulator.setBusy(stage.handle.id, true);
    const error = await refusal(stage);
    expect(error).toMatchObject({
      kind: 'conflict',
      operation: 'startCalculation',
      provider: 'athena',
      handle: stage.handle,
      effect: 'none',
      native: { code: 'InvalidRequestException', httpStatus: 400 },
    });
    expect(error.message).toContain(`session ${stage.handle.id} is BUSY and accepts no code now; run it when`);
    expect(polls(stage)).toBe(1);
  });

  it('C-063 is session-failed in a session that has ended, with what was seen of it', async () => {
    const stage = await scene();
    stage.emulator.faults.add({
      kind: 'session-becomes',
      operation: 'GetSession',
      state: 'FAILED',
      reason: 'No capacity.',
    });
    // It strikes the next look at the session, which is this one.
    await stage.provider.describe(stage.handle, unlimited());
    const error = await refusal(stage);
    expect(error).toMatchObject({
      kind: 'session-failed',
      effect: 'none',
      observation: { state: 'failed', reason: 'No capacity.' },
    });
    expect(error.message).toContain('is FAILED (No capacity.); start a new session');
  });

  it('stays what it is when the session is ready: then it is the code', async () => {
    const stage = await scene();
    const error = await refusal(stage, block('x'.repeat(68_001)));
    expect(error).toMatchObject({ kind: 'invalid-request', operation: 'startCalculation', effect: 'none' });
    expect(polls(stage)).toBe(1);
  });

  it('stays what it is when the look teaches nothing', async () => {
    const stage = await scene();
    stage.emulator.setBusy(stage.handle.id, true);
    stage.emulator.faults.add({ kind: 'server-error', operation: 'GetSession' });
    expect(await refusal(stage)).toMatchObject({ kind: 'invalid-request', operation: 'startCalculation' });
  });

  it('is not asked about where the code was not what was refused', async () => {
    const stage = await scene();
    stage.emulator.faults.add({ kind: 'throttle', operation: 'StartCalculationExecution' });
    expect(await refusal(stage)).toMatchObject({ kind: 'rate-limited' });
    stage.emulator.faults.add({ kind: 'reset', when: 'before', operation: 'StartCalculationExecution' });
    expect(await refusal(stage)).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
    expect(polls(stage)).toBe(0);
  });
});
