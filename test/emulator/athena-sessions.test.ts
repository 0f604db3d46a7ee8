import { describe, expect, it } from 'vitest';

import { athena, athenaState, emulate, startAthena, TOKEN } from './wire-client.ts';

describe('an Athena session on the wire', () => {
  it('goes CREATING, CREATED, IDLE by the clock', async () => {
    await using emulator = await emulate({ startupMs: 1000 });
    const id = await startAthena(emulator);
    expect(await athenaState(emulator, id)).toBe('CREATING');
    emulator.advance(799);
    expect(await athenaState(emulator, id)).toBe('CREATING');
    emulator.advance(1);
    expect(await athenaState(emulator, id)).toBe('CREATED');
    emulator.advance(200);
    expect(await athenaState(emulator, id)).toBe('IDLE');
  });

  it('skips CREATED when it lasts no time', async () => {
    await using emulator = await emulate({ startupMs: 1000, athena: { createdMs: 0 } });
    const id = await startAthena(emulator);
    emulator.advance(999);
    expect(await athenaState(emulator, id)).toBe('CREATING');
    emulator.advance(1);
    expect(await athenaState(emulator, id)).toBe('IDLE');
  });

  it('speaks AWS JSON 1.1: epoch seconds with a fraction, a request id, the code in header and body', async () => {
    await using emulator = await emulate({ startupMs: 1500 });
    const id = await startAthena(emulator);
    emulator.advance(1500);
    const { body, headers } = await athena(emulator, 'GetSession', { SessionId: id });
    expect(body.Status).toEqual({
      StartDateTime: 1798761600,
      LastModifiedDateTime: 1798761601.5,
      IdleSinceDateTime: 1798761601.5,
      State: 'IDLE',
    });
    expect(body.SessionConfiguration).toMatchObject({ SessionIdleTimeoutInMinutes: 20, IdleTimeoutSeconds: 1200 });
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(headers.get('x-amzn-requestid')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const refused = await athena(emulator, 'GetSession', {});
    expect(refused).toMatchObject({
      status: 400,
      code: 'InvalidRequestException',
      body: { __type: 'InvalidRequestException', AthenaErrorCode: 'INVALID_INPUT' },
    });
    expect(refused.headers.get('x-amzn-requestid')).not.toBeNull();
  });

  it('ends by an idle timeout with the same reason as by request', async () => {
    await using emulator = await emulate();
    const idle = await startAthena(emulator, { SessionIdleTimeoutInMinutes: 1 });
    emulator.advance(1000 + 60_000 - 1);
    expect(await athenaState(emulator, idle)).toBe('IDLE');
    emulator.advance(1);
    expect(await athenaState(emulator, idle)).toBe('TERMINATING');
    emulator.advance(200);
    const ended = (await athena(emulator, 'GetSessionStatus', { SessionId: idle })).body.Status;
    expect(ended).toMatchObject({
      State: 'TERMINATED',
      EndDateTime: 1798761661.2,
      StateChangeReason: 'Session was terminated per request',
    });
    const asked = await startAthena(emulator);
    await athena(emulator, 'TerminateSession', { SessionId: asked });
    emulator.advance(200);
    const { StateChangeReason: reason } = (await athena(emulator, 'GetSessionStatus', { SessionId: asked })).body
      .Status;
    expect(reason).toBe(ended.StateChangeReason);
  });

  it('idles 20 minutes unless said, and work starts the count again', async () => {
    await using emulator = await emulate({ startupMs: 0 });
    const id = await startAthena(emulator);
    emulator.advance(19 * 60_000);
    emulator.setBusy(id, true);
    expect(await athenaState(emulator, id)).toBe('BUSY');
    emulator.advance(60 * 60_000);
    expect(await athenaState(emulator, id)).toBe('BUSY');
    emulator.setBusy(id, false);
    emulator.advance(20 * 60_000 - 1);
    expect(await athenaState(emulator, id)).toBe('IDLE');
    emulator.advance(1);
    expect(await athenaState(emulator, id)).toBe('TERMINATED');
  });

  it('is terminated once, while it is created too, and again without effect', async () => {
    await using emulator = await emulate();
    const id = await startAthena(emulator);
    expect((await athena(emulator, 'TerminateSession', { SessionId: id })).body).toEqual({ State: 'TERMINATING' });
    emulator.advance(100);
    expect((await athena(emulator, 'TerminateSession', { SessionId: id })).body).toEqual({ State: 'TERMINATING' });
    emulator.advance(100);
    expect((await athena(emulator, 'TerminateSession', { SessionId: id })).body).toEqual({ State: 'TERMINATED' });
    emulator.advance(60_000);
    expect(await athenaState(emulator, id)).toBe('TERMINATED');
    expect(emulator.oracle.billedSeconds()).toBe(0.2);
  });

  it('replays a token with the same parameters, in any order, and refuses it with others', async () => {
    await using emulator = await emulate();
    const engine = { Classifications: [{ Name: 'spark-defaults', Properties: { a: '1', b: '2' } }] };
    const again = { Classifications: [{ Properties: { b: '2', a: '1' }, Name: 'spark-defaults' }] };
    const id = await startAthena(emulator, { ClientRequestToken: TOKEN, EngineConfiguration: engine });
    expect(await startAthena(emulator, { EngineConfiguration: again, ClientRequestToken: TOKEN })).toBe(id);
    const clash = { WorkGroup: 'spark35', EngineConfiguration: {}, ClientRequestToken: TOKEN };
    expect(await athena(emulator, 'StartSession', clash)).toMatchObject({
      body: { AthenaErrorCode: 'INVALID_INPUT' },
      status: 400,
      code: 'InvalidRequestException',
    });
    expect(emulator.oracle.startedWith(TOKEN)).toBe(1);
    expect([...emulator.oracle.startsPerToken()]).toEqual([[TOKEN, 1]]);
  });

  it('starts without a token as often as it is asked', async () => {
    await using emulator = await emulate();
    expect(await startAthena(emulator)).not.toBe(await startAthena(emulator));
    expect(emulator.oracle.startsPerToken().size).toBe(0);
  });

  it('takes its DPUs from the quota of its engine and gives them back only when it has ended', async () => {
    await using emulator = await emulate();
    const start = (WorkGroup: string, MaxConcurrentDpus: number) =>
      athena(emulator, 'StartSession', { WorkGroup, EngineConfiguration: { MaxConcurrentDpus } });
    const first = (await start('spark35', 3)).body.SessionId as string;
    const refused = await start('spark35', 2);
    expect(refused).toMatchObject({
      status: 400,
      code: 'TooManyRequestsException',
      body: { Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' },
    });
    expect((await start('pyspark3', 60)).status).toBe(200);
    expect((await start('pyspark3', 61)).code).toBe('InvalidRequestException');
    await athena(emulator, 'TerminateSession', { SessionId: first });
    expect((await start('spark35', 2)).code).toBe('TooManyRequestsException');
    emulator.advance(200);
    expect((await start('spark35', 4)).status).toBe(200);
  });

  it('refuses what its workgroup cannot run', async () => {
    await using emulator = await emulate();
    const start = (members: object) => athena(emulator, 'StartSession', { EngineConfiguration: {}, ...members });
    expect((await start({ WorkGroup: 'sql' })).body).toMatchObject({
      __type: 'InvalidRequestException',
      Message: 'Workgroup EngineVersion is not Spark.',
    });
    expect((await start({ WorkGroup: 'nowhere' })).body).toMatchObject({
      __type: 'ResourceNotFoundException',
      ResourceName: 'nowhere',
    });
    for (const setting of [{ CoordinatorDpuSize: 1 }, { DefaultExecutorDpuSize: 1 }, { SparkProperties: { a: 'b' } }]) {
      expect((await start({ WorkGroup: 'spark35', EngineConfiguration: setting })).code).toBe(
        'InvalidRequestException',
      );
      expect((await start({ WorkGroup: 'pyspark3', EngineConfiguration: setting })).status).toBe(200);
    }
    const notebook = { WorkGroup: 'pyspark3', EngineConfiguration: { AdditionalConfigs: { NotebookId: 'n' } } };
    expect((await start(notebook)).code).toBe('InvalidRequestException');
    expect((await start({ ...notebook, NotebookVersion: '1' })).status).toBe(200);
    expect(emulator.oracle.sessions()).toHaveLength(4);
  });

  it('tells the engine of a workgroup', async () => {
    await using emulator = await emulate({ athena: { workgroups: { team: 'spark-3.5' } } });
    const engineOf = async (WorkGroup: string) =>
      (await athena(emulator, 'GetWorkGroup', { WorkGroup })).body.WorkGroup?.Configuration.EngineVersion
        .EffectiveEngineVersion as string;
    expect(await engineOf('spark35')).toBe('Apache Spark version 3.5');
    expect(await engineOf('pyspark3')).toBe('PySpark engine version 3');
    expect(await engineOf('sql')).toBe('Athena engine version 3');
    expect(await engineOf('team')).toBe('Apache Spark version 3.5');
    expect((await athena(emulator, 'GetWorkGroup', { WorkGroup: 'nowhere' })).code).toBe('InvalidRequestException');
  });

  it('gives its endpoint from CREATED on, with a new token each time that lasts half an hour', async () => {
    await using emulator = await emulate();
    const id = await startAthena(emulator);
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
    const pyspark3 = await startAthena(emulator, { WorkGroup: 'pyspark3' });
    emulator.advance(1000);
    expect((await athena(emulator, 'GetSessionEndpoint', { SessionId: pyspark3 })).code).toBe(
      'InvalidRequestException',
    );
  });

  it('has a dashboard under its ARN', async () => {
    await using emulator = await emulate({ region: 'eu-west-1' });
    const id = await startAthena(emulator);
    const dashboard = (arn: string) => athena(emulator, 'GetResourceDashboard', { ResourceARN: arn });
    const arn = `arn:aws:athena:eu-west-1:123456789012:workgroup/spark35/session/${id}`;
    expect((await dashboard(arn)).body.Url).toMatch(/^https:\/\/.*\/live\?authToken=/);
    for (const wrong of [
      arn.replace('eu-west-1', 'us-east-1'),
      arn.replace('spark35', 'sql'),
      `${arn}0`,
      'arn:aws:s3:::x',
    ]) {
      expect((await dashboard(wrong)).code).toBe('InvalidRequestException');
    }
    await athena(emulator, 'TerminateSession', { SessionId: id });
    emulator.advance(200);
    expect((await dashboard(arn)).body.Url).toMatch(/\/history\?/);
  });

  it('answers requests nobody understands as the service does', async () => {
    await using emulator = await emulate();
    expect(await athena(emulator, 'StartQueryExecution')).toMatchObject({
      status: 400,
      code: 'UnknownOperationException',
    });
    const post = (path: string, body: string) =>
      fetch(`${emulator.urls.athena}${path}`, {
        method: 'POST',
        headers: { 'x-amz-target': 'AmazonAthena.GetSession' },
        body,
      });
    expect((await post('/', '{')).headers.get('x-amzn-errortype')).toBe('SerializationException');
    expect((await post('/', '[]')).headers.get('x-amzn-errortype')).toBe('SerializationException');
    expect((await post('/', '{"SessionId":1}')).headers.get('x-amzn-errortype')).toBe('SerializationException');
    expect((await post('/', '')).headers.get('x-amzn-errortype')).toBe('InvalidRequestException');
    expect((await post('/', ' '.repeat(65 * 2 ** 20))).status).toBe(413);
    expect((await post('/elsewhere', '{}')).headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    expect((await post('/', '{"SessionId":null,"Unknown":1}')).status).toBe(400);
  });
});
