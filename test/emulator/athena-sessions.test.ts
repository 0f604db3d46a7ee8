import { describe, expect } from 'vitest';

import { athena, emulate, startAthena, statesAfter, TOKEN, it } from './wire-client.ts';

describe('an Athena session on the wire', () => {
  it('goes CREATING, CREATED, IDLE by the clock', async () => {
    await using emulator = await emulate({ startupMs: 1000 });
    const id = await startAthena(emulator);
    expect(await statesAfter(emulator, id, [0, 799, 1, 200])).toEqual(['CREATING', 'CREATING', 'CREATED', 'IDLE']);
  });

  it('skips CREATED when it lasts no time', async () => {
    await using emulator = await emulate({ startupMs: 1000, athena: { createdMs: 0 } });
    expect(await statesAfter(emulator, await startAthena(emulator), [999, 1])).toEqual(['CREATING', 'IDLE']);
  });

  it('speaks AWS JSON 1.1: epoch seconds with a fraction, a request id, the code in header and body', async () => {
    await using emulator = await emulate({ startupMs: 1500 });
    const id = await startAthena(emulator);
    emulator.advance(1500);
    const { body, headers } = await athena(emulator, 'GetSession', { SessionId: id });
    const idleSince = { LastModifiedDateTime: 1798761601.5, IdleSinceDateTime: 1798761601.5 };
    expect(body.Status).toEqual({ StartDateTime: 1798761600, ...idleSince, State: 'IDLE' });
    expect(body.SessionConfiguration).toMatchObject({ SessionIdleTimeoutInMinutes: 20, IdleTimeoutSeconds: 1200 });
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(headers.get('x-amzn-requestid')).toMatch(uuid);
    const refused = await athena(emulator, 'GetSession', {});
    const code = 'InvalidRequestException';
    expect(refused).toMatchObject({ status: 400, code, body: { __type: code, AthenaErrorCode: 'INVALID_INPUT' } });
    expect(refused.headers.get('x-amzn-requestid')).not.toBeNull();
  });

  it('ends by an idle timeout with the same reason as by request', async ({ emulator }) => {
    const idle = await startAthena(emulator, { SessionIdleTimeoutInMinutes: 1 });
    expect(await statesAfter(emulator, idle, [1000 + 60_000 - 1, 1])).toEqual(['IDLE', 'TERMINATING']);
    emulator.advance(200);
    const statusOf = async (SessionId: string) =>
      (await athena(emulator, 'GetSessionStatus', { SessionId })).body.Status as Readonly<Record<string, unknown>>;
    const StateChangeReason = 'Session was terminated per request';
    expect(await statusOf(idle)).toMatchObject({ State: 'TERMINATED', EndDateTime: 1798761661.2, StateChangeReason });
    const asked = await startAthena(emulator);
    await athena(emulator, 'TerminateSession', { SessionId: asked });
    emulator.advance(200);
    expect(await statusOf(asked)).toMatchObject({ StateChangeReason });
  });

  it('idles 20 minutes by default, and work starts the count again', async () => {
    await using emulator = await emulate({ startupMs: 0 });
    const id = await startAthena(emulator);
    emulator.advance(19 * 60_000);
    emulator.setBusy(id, true);
    expect(await statesAfter(emulator, id, [0, 60 * 60_000])).toEqual(['BUSY', 'BUSY']);
    emulator.setBusy(id, false);
    expect(await statesAfter(emulator, id, [20 * 60_000 - 1, 1])).toEqual(['IDLE', 'TERMINATED']);
  });

  it('is terminated once, also while it is created, and again without effect', async ({ emulator, id }) => {
    for (const State of ['TERMINATING', 'TERMINATING', 'TERMINATED']) {
      expect((await athena(emulator, 'TerminateSession', { SessionId: id })).body).toEqual({ State });
      emulator.advance(100);
    }
    expect(await statesAfter(emulator, id, [60_000])).toEqual(['TERMINATED']);
    expect(emulator.oracle.billedSeconds()).toBe(0.2);
  });

  it('replays a token with the same parameters, in any order, and refuses it with others', async ({ emulator }) => {
    const engine = { Classifications: [{ Name: 'spark-defaults', Properties: { a: '1', b: '2' } }] };
    const again = { Classifications: [{ Properties: { b: '2', a: '1' }, Name: 'spark-defaults' }] };
    const id = await startAthena(emulator, { ClientRequestToken: TOKEN, EngineConfiguration: engine });
    expect(await startAthena(emulator, { EngineConfiguration: again, ClientRequestToken: TOKEN })).toBe(id);
    const clash = { WorkGroup: 'spark35', EngineConfiguration: {}, ClientRequestToken: TOKEN };
    const refusal = { status: 400, code: 'InvalidRequestException', body: { AthenaErrorCode: 'INVALID_INPUT' } };
    expect(await athena(emulator, 'StartSession', clash)).toMatchObject(refusal);
    expect(emulator.oracle.startedWith(TOKEN)).toBe(1);
    expect([...emulator.oracle.startsPerToken()]).toEqual([[TOKEN, 1]]);
  });

  it('starts without a token as often as it is asked', async ({ emulator }) => {
    expect(await startAthena(emulator)).not.toBe(await startAthena(emulator));
    expect(emulator.oracle.startsPerToken().size).toBe(0);
  });

  it('takes its DPUs from the quota of its engine and gives them back only when it has ended', async ({ emulator }) => {
    const start = (WorkGroup: string, MaxConcurrentDpus: number) =>
      athena(emulator, 'StartSession', { WorkGroup, EngineConfiguration: { MaxConcurrentDpus } });
    const first = (await start('spark35', 3)).body.SessionId as string;
    const body = { Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' };
    expect(await start('spark35', 2)).toMatchObject({ status: 400, code: 'TooManyRequestsException', body });
    expect((await start('pyspark3', 60)).status).toBe(200);
    expect((await start('pyspark3', 61)).code).toBe('InvalidRequestException');
    await athena(emulator, 'TerminateSession', { SessionId: first });
    expect((await start('spark35', 2)).code).toBe('TooManyRequestsException');
    emulator.advance(200);
    expect((await start('spark35', 4)).status).toBe(200);
  });

  it('refuses what its workgroup cannot run', async ({ emulator }) => {
    const start = (members: object) => athena(emulator, 'StartSession', { EngineConfiguration: {}, ...members });
    const invalid = 'InvalidRequestException';
    const Message = 'Workgroup EngineVersion is not Spark.';
    expect(await start({ WorkGroup: 'sql' })).toMatchObject({ code: invalid, body: { __type: invalid, Message } });
    const unknown = { code: 'ResourceNotFoundException', body: { ResourceName: 'nowhere' } };
    expect(await start({ WorkGroup: 'nowhere' })).toMatchObject(unknown);
    for (const setting of [{ CoordinatorDpuSize: 1 }, { DefaultExecutorDpuSize: 1 }, { SparkProperties: { a: 'b' } }]) {
      expect((await start({ WorkGroup: 'spark35', EngineConfiguration: setting })).code).toBe(invalid);
      expect((await start({ WorkGroup: 'pyspark3', EngineConfiguration: setting })).status).toBe(200);
    }
    const notebook = { WorkGroup: 'pyspark3', EngineConfiguration: { AdditionalConfigs: { NotebookId: 'n' } } };
    expect((await start(notebook)).code).toBe(invalid);
    expect((await start({ ...notebook, NotebookVersion: '1' })).status).toBe(200);
    expect(emulator.oracle.sessions()).toHaveLength(4);
  });

  it('has the engine of a workgroup', async () => {
    await using emulator = await emulate({ athena: { workgroups: { team: 'spark-3.5' } } });
    for (const [WorkGroup, engine] of [
      ['spark35', 'Apache Spark version 3.5'],
      ['pyspark3', 'PySpark engine version 3'],
      ['sql', 'Athena engine version 3'],
      ['team', 'Apache Spark version 3.5'],
    ]) {
      const { Configuration } = (await athena(emulator, 'GetWorkGroup', { WorkGroup })).body.WorkGroup;
      expect(Configuration.EngineVersion.EffectiveEngineVersion).toBe(engine);
    }
    expect((await athena(emulator, 'GetWorkGroup', { WorkGroup: 'nowhere' })).code).toBe('InvalidRequestException');
  });

  it('gives its endpoint from CREATED on, with a new token each time that lasts half an hour', async ({
    emulator,
    id,
  }) => {
    const endpoint = () => athena(emulator, 'GetSessionEndpoint', { SessionId: id });
    expect((await endpoint()).code).toBe('InvalidRequestException');
    emulator.advance(800);
    const first = await endpoint();
    expect(first.body.EndpointUrl).toBe(emulator.urls.sparkConnect);
    expect(first.body.AuthTokenExpirationTime).toBe(1798761600.8 + 1800);
    expect(first.body.AuthToken).toMatch(/^[\w-]{2048}$/);
    expect((await endpoint()).body.AuthToken).not.toBe(first.body.AuthToken);
    await athena(emulator, 'TerminateSession', { SessionId: id });
    expect((await endpoint()).code).toBe('InvalidRequestException');
    const SessionId = await startAthena(emulator, { WorkGroup: 'pyspark3' });
    emulator.advance(1000);
    expect((await athena(emulator, 'GetSessionEndpoint', { SessionId })).code).toBe('InvalidRequestException');
  });

  it('has a dashboard under its ARN', async () => {
    await using emulator = await emulate({ region: 'eu-west-1' });
    const id = await startAthena(emulator);
    const dashboard = (arn: string) => athena(emulator, 'GetResourceDashboard', { ResourceARN: arn });
    const arn = `arn:aws:athena:eu-west-1:123456789012:workgroup/spark35/session/${id}`;
    expect((await dashboard(arn)).body.Url).toMatch(/^https:\/\/.*\/live\?authToken=/);
    const elsewhere = [
      arn.replace('eu-west-1', 'us-east-1'),
      arn.replace('spark35', 'sql'),
      `${arn}0`,
      'arn:aws:s3:::x',
    ];
    for (const wrong of elsewhere) expect((await dashboard(wrong)).code).toBe('InvalidRequestException');
    await athena(emulator, 'TerminateSession', { SessionId: id });
    emulator.advance(200);
    expect((await dashboard(arn)).body.Url).toMatch(/\/history\?/);
  });

  it('refuses requests that it cannot read, as the service does', async ({ emulator }) => {
    const unknown = { status: 400, code: 'UnknownOperationException' };
    expect(await athena(emulator, 'StartQueryExecution')).toMatchObject(unknown);
    const post = (path: string, body: string) =>
      fetch(`${emulator.urls.athena}${path}`, {
        method: 'POST',
        headers: { 'x-amz-target': 'AmazonAthena.GetSession' },
        body,
      });
    for (const [path, body, code] of [
      ['/', '{', 'SerializationException'],
      ['/', '[]', 'SerializationException'],
      ['/', '{"SessionId":1}', 'SerializationException'],
      ['/', '', 'InvalidRequestException'],
      ['/elsewhere', '{}', 'UnknownOperationException'],
    ] as const) {
      expect((await post(path, body)).headers.get('x-amzn-errortype')).toBe(code);
    }
    expect((await post('/', ' '.repeat(65 * 2 ** 20))).status).toBe(413);
    expect((await post('/', '{"SessionId":null,"Unknown":1}')).status).toBe(400);
  });
});
