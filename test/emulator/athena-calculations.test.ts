import { describe, expect, it } from 'vitest';

import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts';
import { athena, athenaState, emulate, startAthena, TOKEN } from './wire-client.ts';

async function ready(options: EmulatorOptions = {}): Promise<{ emulator: Emulator; id: string }> {
  const emulator = await emulate(options);
  const id = await startAthena(emulator, { WorkGroup: 'pyspark3' });
  emulator.advance(1000);
  return { emulator, id };
}

async function submit(emulator: Emulator, SessionId: string, members: object = {}): Promise<string> {
  const reply = await athena(emulator, 'StartCalculationExecution', { SessionId, CodeBlock: 'print(1)', ...members });
  return (reply.body.CalculationExecutionId as string | undefined) ?? `${reply.code}: ${reply.body.Message as string}`;
}

interface Listed {
  readonly Calculations: readonly { readonly CalculationExecutionId: string }[];
  readonly NextToken?: string;
}

interface Described {
  readonly Status: { readonly State: string };
  readonly Statistics: { readonly DpuExecutionInMillis: number };
  readonly WorkingDirectory: string;
  readonly Result?: { readonly ResultS3Uri: string; readonly ResultType: string };
}

async function describeCalculation(emulator: Emulator, CalculationExecutionId: string): Promise<Described> {
  return (await athena(emulator, 'GetCalculationExecution', { CalculationExecutionId })).body as Described;
}

describe('an Athena calculation on the wire', () => {
  it('keeps its session BUSY, and has a result only when it has completed', async () => {
    const { emulator, id } = await ready();
    await using _ = emulator;
    const calculation = await submit(emulator, id, { Description: 'one' });
    expect(await athenaState(emulator, id)).toBe('BUSY');
    emulator.advance(500);
    const running = await describeCalculation(emulator, calculation);
    expect(running).toMatchObject({ SessionId: id, Description: 'one', Status: { State: 'RUNNING' } });
    expect(running.Result).toBeUndefined();
    expect(running.Statistics.DpuExecutionInMillis).toBe(1000);
    emulator.advance(500);
    const done = await describeCalculation(emulator, calculation);
    expect(done.Status).toMatchObject({ State: 'COMPLETED', CompletionDateTime: 1798761602 });
    expect(done.Result?.ResultS3Uri.startsWith(done.WorkingDirectory)).toBe(true);
    expect(done.Result?.ResultType).toMatch(/^\w+\/[-+.\w]+$/);
    expect(await athenaState(emulator, id)).toBe('IDLE');
    const code = await athena(emulator, 'GetCalculationExecutionCode', { CalculationExecutionId: calculation });
    expect(code.body).toEqual({ CodeBlock: 'print(1)' });
  });

  it('is refused unless the session is IDLE, with the words that clients look for', async () => {
    await using emulator = await emulate();
    const id = await startAthena(emulator, { WorkGroup: 'pyspark3' });
    expect(await submit(emulator, id)).toBe(
      'InvalidRequestException: Session is in the CREATING state; needs to be IDLE to accept Calculations.',
    );
    emulator.advance(1000);
    await submit(emulator, id);
    expect(await submit(emulator, id)).toContain('Session is in the BUSY state; needs to be IDLE');
    await athena(emulator, 'TerminateSession', { SessionId: id });
    emulator.advance(200);
    expect(await submit(emulator, id)).toContain('Session is in the TERMINATED state; needs to be IDLE');
    const spark35 = await startAthena(emulator);
    emulator.advance(1000);
    expect(await submit(emulator, spark35)).toContain('not supported for sessions on Apache Spark version 3.5');
  });

  it('takes its code from the old place too, and needs some', async () => {
    const { emulator, id } = await ready();
    await using _ = emulator;
    const old = { CodeBlock: undefined, CalculationConfiguration: { CodeBlock: '2' } };
    const calculation = await submit(emulator, id, old);
    const code = await athena(emulator, 'GetCalculationExecutionCode', { CalculationExecutionId: calculation });
    expect(code.body).toEqual({ CodeBlock: '2' });
    emulator.advance(1000);
    expect(await submit(emulator, id, { CodeBlock: undefined })).toContain('CodeBlock is required');
  });

  it('starts once for one token', async () => {
    const { emulator, id } = await ready();
    await using _ = emulator;
    const calculation = await submit(emulator, id, { ClientRequestToken: TOKEN });
    expect(await submit(emulator, id, { ClientRequestToken: TOKEN })).toBe(calculation);
    expect(await submit(emulator, id, { ClientRequestToken: TOKEN, CodeBlock: '3' })).toContain('other parameters');
    const truth = { id: calculation, sessionId: id, token: TOKEN };
    expect(emulator.oracle.calculations()).toEqual([{ ...truth, state: 'RUNNING' }]);
    emulator.advance(1000);
    expect(emulator.oracle.calculations()).toEqual([{ ...truth, state: 'COMPLETED' }]);
  });

  it('can be stopped, again without effect, and can fail', async () => {
    const { emulator, id } = await ready();
    await using _ = emulator;
    const stopped = await submit(emulator, id);
    const stop = () => athena(emulator, 'StopCalculationExecution', { CalculationExecutionId: stopped });
    expect((await stop()).body).toEqual({ State: 'CANCELING' });
    expect((await describeCalculation(emulator, stopped)).Status.State).toBe('CANCELED');
    expect((await stop()).body).toEqual({ State: 'CANCELED' });
    expect(await athenaState(emulator, id)).toBe('IDLE');
    emulator.faults.add({ kind: 'calculation-fails', reason: 'SyntaxError' });
    const failed = await submit(emulator, id);
    emulator.advance(1000);
    expect((await describeCalculation(emulator, failed)).Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: 'SyntaxError',
    });
    expect(await athenaState(emulator, id)).toBe('IDLE');
  });

  it.each(['FAILED', 'CANCELED'] as const)('ends with its session, as %s when the option says so', async (state) => {
    const { emulator, id } = await ready({ athena: { orphanedCalculation: state } });
    await using _ = emulator;
    const calculation = await submit(emulator, id);
    await athena(emulator, 'TerminateSession', { SessionId: id });
    expect((await describeCalculation(emulator, calculation)).Status.State).toBe(state);
    emulator.advance(5000);
    expect((await describeCalculation(emulator, calculation)).Status.State).toBe(state);
    expect(await athenaState(emulator, id)).toBe('TERMINATED');
  });

  it('ends with a session that fails under it', async () => {
    const { emulator, id } = await ready();
    await using _ = emulator;
    emulator.faults.add({ kind: 'session-becomes', operation: 'GetSession', state: 'FAILED' });
    const calculation = await submit(emulator, id);
    await athena(emulator, 'GetSession', { SessionId: id });
    expect((await describeCalculation(emulator, calculation)).Status.State).toBe('FAILED');
    expect(await athenaState(emulator, id)).toBe('FAILED');
  });

  it('is listed newest first, by state, in pages', async () => {
    const { emulator, id } = await ready();
    await using _ = emulator;
    const calculations: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      calculations.unshift(await submit(emulator, id));
      emulator.advance(count === 2 ? 0 : 1000);
    }
    const list = async (members: object = {}) =>
      (await athena(emulator, 'ListCalculationExecutions', { SessionId: id, ...members })).body as Listed;
    const ids = (body: Listed) => body.Calculations.map(({ CalculationExecutionId }) => CalculationExecutionId);
    expect(ids(await list())).toEqual(calculations);
    expect(ids(await list({ StateFilter: 'COMPLETED' }))).toEqual(calculations.slice(1));
    const first = await list({ MaxResults: 2 });
    expect(ids(await list({ NextToken: first.NextToken }))).toEqual(calculations.slice(2));
  });

  it('has executors, notebooks and sizes around it', async () => {
    const { emulator } = await ready();
    await using _ = emulator;
    const notebookId = '0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a';
    const id = await startAthena(emulator, {
      WorkGroup: 'pyspark3',
      EngineConfiguration: { MaxConcurrentDpus: 3, AdditionalConfigs: { NotebookId: notebookId } },
      NotebookVersion: '1',
    });
    emulator.advance(1000);
    const executors = (await athena(emulator, 'ListExecutors', { SessionId: id })).body.ExecutorsSummary;
    expect(executors).toHaveLength(3);
    expect(executors[0]).toMatchObject({
      ExecutorType: 'COORDINATOR',
      ExecutorState: 'REGISTERED',
      StartDateTime: 1798761601,
    });
    expect(Number.isInteger(executors[1].StartDateTime)).toBe(true);
    const sessions = (await athena(emulator, 'ListNotebookSessions', { NotebookId: notebookId })).body;
    expect(sessions.NotebookSessionsList).toEqual([{ SessionId: id, CreationTime: 1798761601 }]);
    const url = (await athena(emulator, 'CreatePresignedNotebookUrl', { SessionId: id })).body;
    expect(url.AuthTokenExpirationTime).toBe(1798761602 + 600);
    const sizes = (await athena(emulator, 'ListApplicationDPUSizes')).body.ApplicationDPUSizes;
    expect(sizes).toEqual([{ ApplicationRuntimeId: 'PySpark engine version 3', SupportedDPUSizes: [1] }]);
    expect((await athena(emulator, 'ListApplicationDPUSizes', { NextToken: 'foreign' })).code).toBe(
      'InvalidRequestException',
    );
  });
});
