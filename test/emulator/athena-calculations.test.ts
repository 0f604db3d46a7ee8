import { describe, expect } from 'vitest';

import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts';
import { athena, athenaState, emulate, startAthena, TOKEN, type WireReply, it } from './wire-client.ts';

/** An emulator with one session that is IDLE. */
async function ready(options: EmulatorOptions = {}): Promise<Emulator & { readonly id: string }> {
  const emulator = await emulate(options);
  const id = await startAthena(emulator, { WorkGroup: 'pyspark3' });
  emulator.advance(1000);
  return Object.assign(emulator, { id });
}

async function submit(emulator: Emulator, SessionId: string, members: object = {}): Promise<string> {
  const reply = await athena(emulator, 'StartCalculationExecution', { SessionId, CodeBlock: 'print(1)', ...members });
  return (reply.body.CalculationExecutionId as string | undefined) ?? `${reply.code}: ${reply.body.Message as string}`;
}

async function describeCalculation(emulator: Emulator, id: string): Promise<WireReply['body']> {
  return (await athena(emulator, 'GetCalculationExecution', { CalculationExecutionId: id })).body;
}

describe('an Athena calculation on the wire', () => {
  it('keeps its session BUSY, and has a result only when it has completed', async () => {
    await using emulator = await ready();
    const { id } = emulator;
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
    expect((done.Result.ResultS3Uri as string).startsWith(done.WorkingDirectory as string)).toBe(true);
    expect(done.Result.ResultType).toMatch(/^\w+\/[-+.\w]+$/);
    expect(await athenaState(emulator, id)).toBe('IDLE');
    const code = await athena(emulator, 'GetCalculationExecutionCode', { CalculationExecutionId: calculation });
    expect(code.body).toEqual({ CodeBlock: 'print(1)' });
  });

  it('is refused unless the session is IDLE, with the text that clients rely on', async ({ emulator }) => {
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

  it('accepts its code in the old member too, and needs code', async () => {
    await using emulator = await ready();
    const { id } = emulator;
    const old = { CodeBlock: undefined, CalculationConfiguration: { CodeBlock: '2' } };
    const calculation = await submit(emulator, id, old);
    const code = await athena(emulator, 'GetCalculationExecutionCode', { CalculationExecutionId: calculation });
    expect(code.body).toEqual({ CodeBlock: '2' });
    emulator.advance(1000);
    expect(await submit(emulator, id, { CodeBlock: undefined })).toContain('CodeBlock is required');
  });

  it('starts once for one token', async () => {
    await using emulator = await ready();
    const { id } = emulator;
    const calculation = await submit(emulator, id, { ClientRequestToken: TOKEN });
    expect(await submit(emulator, id, { ClientRequestToken: TOKEN })).toBe(calculation);
    expect(await submit(emulator, id, { ClientRequestToken: TOKEN, CodeBlock: '3' })).toContain('other parameters');
    const truth = { id: calculation, sessionId: id, token: TOKEN };
    expect(emulator.oracle.calculations()).toEqual([{ ...truth, state: 'RUNNING' }]);
    emulator.advance(1000);
    expect(emulator.oracle.calculations()).toEqual([{ ...truth, state: 'COMPLETED' }]);
  });

  it('can be stopped, again without effect, and can fail', async () => {
    await using emulator = await ready();
    const { id } = emulator;
    const stopped = await submit(emulator, id);
    const stop = () => athena(emulator, 'StopCalculationExecution', { CalculationExecutionId: stopped });
    expect((await stop()).body).toEqual({ State: 'CANCELING' });
    expect((await describeCalculation(emulator, stopped)).Status.State).toBe('CANCELED');
    expect((await stop()).body).toEqual({ State: 'CANCELED' });
    expect(await athenaState(emulator, id)).toBe('IDLE');
    emulator.faults.add({ kind: 'calculation-fails', reason: 'SyntaxError' });
    const failed = await submit(emulator, id);
    emulator.advance(1000);
    const status = { State: 'FAILED', StateChangeReason: 'SyntaxError' };
    expect((await describeCalculation(emulator, failed)).Status).toMatchObject(status);
    expect(await athenaState(emulator, id)).toBe('IDLE');
  });

  it.each(['FAILED', 'CANCELED'] as const)('ends with its session, as %s when the option says so', async (state) => {
    await using emulator = await ready({ athena: { orphanedCalculation: state } });
    const { id } = emulator;
    const calculation = await submit(emulator, id);
    await athena(emulator, 'TerminateSession', { SessionId: id });
    expect((await describeCalculation(emulator, calculation)).Status.State).toBe(state);
    emulator.advance(5000);
    expect((await describeCalculation(emulator, calculation)).Status.State).toBe(state);
    expect(await athenaState(emulator, id)).toBe('TERMINATED');
  });

  it('ends with a session that fails under it', async () => {
    await using emulator = await ready();
    const { id } = emulator;
    emulator.faults.add({ kind: 'session-becomes', operation: 'GetSession', state: 'FAILED' });
    const calculation = await submit(emulator, id);
    await athena(emulator, 'GetSession', { SessionId: id });
    expect((await describeCalculation(emulator, calculation)).Status.State).toBe('FAILED');
    expect(await athenaState(emulator, id)).toBe('FAILED');
  });

  it('is listed newest first, by state, in pages', async () => {
    await using emulator = await ready();
    const { id } = emulator;
    const calculations: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      calculations.unshift(await submit(emulator, id));
      emulator.advance(count === 2 ? 0 : 1000);
    }
    const list = async (members: object = {}) => {
      const { body } = await athena(emulator, 'ListCalculationExecutions', { SessionId: id, ...members });
      const rows = body.Calculations as { CalculationExecutionId: string }[];
      return { ids: rows.map((row) => row.CalculationExecutionId), NextToken: body.NextToken as unknown };
    };
    expect((await list()).ids).toEqual(calculations);
    expect((await list({ StateFilter: 'COMPLETED' })).ids).toEqual(calculations.slice(1));
    const { NextToken } = await list({ MaxResults: 2 });
    expect((await list({ NextToken })).ids).toEqual(calculations.slice(2));
  });

  it('has executors, notebooks and sizes around it', async () => {
    await using emulator = await ready();
    const notebookId = '0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a';
    const id = await startAthena(emulator, {
      WorkGroup: 'pyspark3',
      EngineConfiguration: { MaxConcurrentDpus: 3, AdditionalConfigs: { NotebookId: notebookId } },
      NotebookVersion: '1',
    });
    emulator.advance(1000);
    const executors = (await athena(emulator, 'ListExecutors', { SessionId: id })).body.ExecutorsSummary;
    expect(executors).toHaveLength(3);
    const coordinator = { ExecutorType: 'COORDINATOR', ExecutorState: 'REGISTERED', StartDateTime: 1798761601 };
    expect(executors[0]).toMatchObject(coordinator);
    expect(Number.isInteger(executors[1].StartDateTime)).toBe(true);
    const sessions = (await athena(emulator, 'ListNotebookSessions', { NotebookId: notebookId })).body;
    expect(sessions.NotebookSessionsList).toEqual([{ SessionId: id, CreationTime: 1798761601 }]);
    const url = (await athena(emulator, 'CreatePresignedNotebookUrl', { SessionId: id })).body;
    expect(url.AuthTokenExpirationTime).toBe(1798761602 + 600);
    const sizes = (await athena(emulator, 'ListApplicationDPUSizes')).body.ApplicationDPUSizes;
    expect(sizes).toEqual([{ ApplicationRuntimeId: 'PySpark engine version 3', SupportedDPUSizes: [1] }]);
    const foreign = await athena(emulator, 'ListApplicationDPUSizes', { NextToken: 'foreign' });
    expect(foreign.code).toBe('InvalidRequestException');
  });
});
