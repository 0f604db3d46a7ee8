import { describe, expect, it } from 'vitest';
import type { Emulator, EmrOptions } from '../../src/emulator/index.ts';
import { emulate, ROLE, TOKEN, type WireReply } from './wire-client.ts';

const CLUSTER = 'j-EMULATED1';
const onEmr = (emr: EmrOptions = {}, startupMs = 1000): Promise<Emulator> => emulate({ startupMs, emr });

/** One call of EMR, by plain fetch. */
async function emr(emulator: Emulator, operation: string, members: object = {}): Promise<WireReply> {
  const reply = await fetch(emulator.urls.emr, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `ElasticMapReduce.${operation}` },
    body: JSON.stringify(members),
  });
  const code = reply.headers.get('x-amzn-errortype') ?? undefined;
  return { status: reply.status, headers: reply.headers, code, body: await reply.json() };
}

/** The credentials of an endpoint. */
interface Answer {
  readonly AuthTokenExpirationTime?: number;
  readonly AuthToken?: string;
  readonly Credentials?: object;
}

const tryStart = (emulator: Emulator, members: object = {}): Promise<WireReply> =>
  emr(emulator, 'StartSession', { ClusterId: CLUSTER, Name: 'one', ...members });

async function start(emulator: Emulator, members: object = {}) {
  const { status, body } = await tryStart(emulator, members);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return { ClusterId: CLUSTER, SessionId: body.Id as string };
}

async function statesAfter(emulator: Emulator, session: object, pauses: readonly number[]): Promise<readonly string[]> {
  const states: string[] = [];
  for (const ms of pauses) {
    emulator.advance(ms);
    states.push((await emr(emulator, 'GetSession', session)).body.Session.State as string);
  }
  return states;
}

describe('a session of EMR on EC2 on the wire', () => {
  it('goes through STARTING and IDLE, and shows what it was started with', async () => {
    await using emulator = await onEmr();
    const asked = {
      ClusterId: CLUSTER,
      Name: 'nightly',
      ExecutionRoleArn: ROLE,
      EngineConfigurations: [{ Classification: 'spark-defaults', Properties: { a: 'b' } }],
      MonitoringConfiguration: { ManagedLoggingConfiguration: { Enabled: true } },
      SessionIdleTimeoutInMinutes: 15,
      Tags: [{ Key: 'team', Value: 'data' }],
    };
    const { body } = await emr(emulator, 'StartSession', { ...asked, ClientRequestToken: TOKEN });
    const Arn = `arn:aws:elasticmapreduce:us-east-1:123456789012:cluster/${CLUSTER}/session/${body.Id}`;
    expect(body).toEqual({ Id: body.Id, ClusterId: CLUSTER, Arn, AccountId: '123456789012', State: 'SUBMITTED' });
    expect(body.Id).toMatch(/^is-[0-9A-F]{13}$/);
    const session = { ClusterId: CLUSTER, SessionId: body.Id };
    expect(await statesAfter(emulator, session, [0, 999, 1])).toEqual(['STARTING', 'STARTING', 'IDLE']);
    const times = { CreatedAt: 1798761600, StartedAt: 1798761601, IdleSince: 1798761601 };
    const shown = { ...asked, ...times, Arn, State: 'IDLE', ReleaseLabel: 'emr-spark-8.0.0' };
    expect((await emr(emulator, 'GetSession', session)).body.Session).toMatchObject(shown);
    expect((await emr(emulator, 'ListSessions', { ClusterId: CLUSTER })).body.Sessions).toMatchObject([shown]);
  });

  it('ends by its idle timeout, an hour by default, and through TERMINATING', async () => {
    await using emulator = await onEmr({}, 0);
    const quick = await start(emulator, { SessionIdleTimeoutInMinutes: 1 });
    const usual = await start(emulator);
    expect(await statesAfter(emulator, quick, [0, 59_999, 1])).toEqual(['IDLE', 'IDLE', 'TERMINATED']);
    expect(await statesAfter(emulator, usual, [59 * 60_000 - 1, 1])).toEqual(['IDLE', 'TERMINATED']);
    await using slow = await onEmr();
    const session = await start(slow);
    expect((await emr(slow, 'TerminateSession', session)).body).toEqual({ ...session, State: 'TERMINATING' });
    expect(await statesAfter(slow, session, [199, 1])).toEqual(['TERMINATING', 'TERMINATED']);
    expect((await emr(slow, 'TerminateSession', session)).body.State).toBe('TERMINATED');
  });

  it('replays a token with the same parameters and refuses it with others', async () => {
    await using emulator = await onEmr();
    const first = await start(emulator, { ClientRequestToken: TOKEN });
    expect(await start(emulator, { ClientRequestToken: TOKEN })).toEqual(first);
    const clash = await tryStart(emulator, { ClientRequestToken: TOKEN, Name: 'two' });
    expect(clash).toMatchObject({ status: 400, code: 'InvalidRequestException' });
    expect((await tryStart(emulator, { ClientRequestToken: `${TOKEN}x` })).code).toBe('InvalidRequestException');
    expect(emulator.oracle.startedWith(TOKEN)).toBe(1);
  });

  it('is listed newest first, by states and in pages', async () => {
    await using emulator = await onEmr();
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) {
      ids.unshift((await start(emulator)).SessionId);
      emulator.advance(300);
    }
    const listed = async (members: object) => {
      const { body } = await emr(emulator, 'ListSessions', { ClusterId: CLUSTER, ...members });
      const sessions = body.Sessions as readonly { readonly Id: string }[];
      return [sessions.map(({ Id }) => Id), body.NextToken as unknown] as const;
    };
    const [first, token] = await listed({ MaxResults: 3 });
    expect(first).toEqual(ids.slice(0, 3));
    expect(await listed({ MaxResults: 3, NextToken: token })).toEqual([ids.slice(3), undefined]);
    expect((await listed({ SessionStates: ['STARTING'] }))[0]).toEqual(ids.slice(0, 3));
    expect((await emr(emulator, 'ListSessions', { ClusterId: CLUSTER, NextToken: 'x' })).status).toBe(400);
  });

  it.each([
    [{ Name: undefined }, /needs a Name/],
    [{ Name: '' }, /needs a Name/],
    [{ ClusterId: 'j-NONE' }, /Cluster id 'j-NONE' is not valid/],
    [{ ClusterId: 'j-OLD' }, /emr-spark-8\.0\.0 or later, not emr-7\.13\.0/],
    [{ ClusterId: 'j-HIVE' }, /Spark is not installed/],
    [{ ClusterId: 'j-CLOSED' }, /not enabled/],
    [{ ClusterId: 'j-BOOTING' }, /in state STARTING/],
    [{ Tags: [{ Value: 'x' }] }, /needs a Key/],
    [{ ExecutionRoleArn: 'spark' }, /ExecutionRoleArn/],
  ])('is not started with %j', async (members, message) => {
    await using emulator = await onEmr({
      clusters: {
        'j-OLD': { releaseLabel: 'emr-7.13.0' },
        'j-HIVE': { applications: ['Hive'] },
        'j-CLOSED': { sessionEnabled: false },
        'j-BOOTING': { state: 'STARTING' },
      },
    });
    const refused = await tryStart(emulator, members);
    expect(refused).toMatchObject({ status: 400, code: 'InvalidRequestException' });
    expect(refused.body.Message).toMatch(message);
    expect(emulator.oracle.sessions()).toEqual([]);
  });
});

describe('a cluster of EMR on EC2 on the wire', () => {
  it('is described and listed, ends with its sessions, and starts none afterwards', async () => {
    await using emulator = await onEmr({ clusters: { 'j-OTHER': { applications: ['Spark', 'Hive'] } } });
    const session = await start(emulator);
    const other = await start(emulator, { ClusterId: 'j-OTHER' });
    emulator.advance(1000);
    expect((await emr(emulator, 'DescribeCluster', { ClusterId: 'j-OTHER' })).body.Cluster).toMatchObject({
      Id: 'j-OTHER',
      ReleaseLabel: 'emr-spark-8.0.0',
      Applications: [{ Name: 'Spark' }, { Name: 'Hive' }],
      SessionEnabled: true,
      Status: { State: 'WAITING' },
    });
    await emr(emulator, 'TerminateJobFlows', { JobFlowIds: [CLUSTER] });
    expect(await statesAfter(emulator, session, [0, 200])).toEqual(['TERMINATING', 'TERMINATED']);
    const { Session: ended } = (await emr(emulator, 'GetSession', session)).body;
    expect(ended.StateChangeReason).toBe(`Cluster ${CLUSTER} was terminated.`);
    expect(await statesAfter(emulator, { ...other, ClusterId: 'j-OTHER' }, [0])).toEqual(['IDLE']);
    const { Clusters: terminated } = (await emr(emulator, 'ListClusters', { ClusterStates: ['TERMINATED'] })).body;
    expect(terminated).toMatchObject([
      { Id: CLUSTER, Status: { StateChangeReason: { Code: 'USER_REQUEST' }, Timeline: { EndDateTime: 1798761601.2 } } },
    ]);
    expect((await emr(emulator, 'ListClusters', { CreatedAfter: 1798761700 })).body.Clusters).toEqual([]);
    expect((await emr(emulator, 'TerminateJobFlows', { JobFlowIds: [CLUSTER] })).status).toBe(200);
    expect((await tryStart(emulator)).body.Message).toContain('in state TERMINATED');
  });
});

/** Each undocumented point is an option; the other defaults are tested above. */
describe('what EMR on EC2 does not document', () => {
  it('unknownSessionCode and retentionMs: the error for an unknown session, and when an ended one is unknown', async () => {
    await using emulator = await onEmr({ unknownSessionCode: 'ResourceNotFoundException', retentionMs: 1000 });
    const session = await start(emulator);
    await emr(emulator, 'TerminateSession', session);
    emulator.advance(1199);
    expect((await emr(emulator, 'GetSession', session)).status).toBe(200);
    emulator.advance(1);
    expect(await emr(emulator, 'GetSession', session)).toMatchObject({ code: 'ResourceNotFoundException' });
    await using usual = await onEmr();
    const unknown = { ClusterId: CLUSTER, SessionId: 'is-NONE' };
    expect(await emr(usual, 'GetSession', unknown)).toMatchObject({ code: 'InvalidRequestException', status: 400 });
  });

  it('terminateEnded: TerminateSession on an ended session', async () => {
    await using emulator = await onEmr({ terminateEnded: 'InvalidRequestException' });
    const session = await start(emulator);
    await emr(emulator, 'TerminateSession', session);
    emulator.advance(1000);
    expect((await emr(emulator, 'TerminateSession', session)).code).toBe('InvalidRequestException');
  });

  it('startedMs and endpointFrom: how long STARTED is shown, and whether it has an endpoint', async () => {
    await using early = await onEmr({ startedMs: 500, endpointFrom: 'STARTED' });
    await using usual = await onEmr({ startedMs: 500 });
    for (const [emulator, status] of [
      [early, 200],
      [usual, 400],
    ] as const) {
      const session = await start(emulator);
      await emr(emulator, 'GetSession', session);
      expect(await statesAfter(emulator, session, [999])).toEqual(['STARTING']);
      expect((await emr(emulator, 'GetSessionEndpoint', session)).status).toBe(400);
      expect(await statesAfter(emulator, session, [1])).toEqual(['STARTED']);
      expect((await emr(emulator, 'GetSessionEndpoint', session)).status).toBe(status);
      expect(await statesAfter(emulator, session, [500])).toEqual(['IDLE']);
      expect((await emr(emulator, 'GetSessionEndpoint', session)).status).toBe(200);
    }
  });

  it('credentials: what opens the endpoint, for how long', async () => {
    const keys = async (credentials: EmrOptions['credentials']) => {
      await using emulator = await onEmr({ ...(credentials && { credentials }), endpointTokenTtlMs: 60_000 }, 0);
      const { body } = await emr(emulator, 'GetSessionEndpoint', await start(emulator));
      expect(body.Endpoint).toMatch(/^http:\/\/127\.0\.0\.1:/);
      const { AuthTokenExpirationTime: expires, AuthToken: token = '', Credentials: more = {} } = body as Answer;
      return [expires, token.length > 2048, Object.keys(more)];
    };
    expect(await keys(undefined)).toEqual([1798761660, true, []]);
    expect(await keys('both')).toEqual([1798761660, true, ['UsernamePassword']]);
    expect(await keys('username-password')).toEqual([undefined, false, ['UsernamePassword']]);
  });

  it('withoutName: whether a session needs a name', async () => {
    await using emulator = await onEmr({ withoutName: 'start' });
    expect((await tryStart(emulator, { Name: '' })).status).toBe(200);
  });

  it('stateChangeReasons, zeroIdleTimeout, tokenLifetimeMs and sessionQuota', async () => {
    const never = { stateChangeReasons: 'never', zeroIdleTimeout: 'default', tokenLifetimeMs: 1000 } as const;
    await using emulator = await onEmr({ ...never, sessionQuota: 2 }, 0);
    const session = await start(emulator, { SessionIdleTimeoutInMinutes: 0, ClientRequestToken: TOKEN });
    expect((await emr(emulator, 'GetSession', session)).body.Session).not.toHaveProperty('StateChangeReason');
    emulator.advance(1000);
    expect(await start(emulator, { ClientRequestToken: TOKEN })).not.toEqual(session);
    expect((await tryStart(emulator)).body.Message).toContain('may have 2 sessions');
    expect(await statesAfter(emulator, session, [60 * 60_000])).toEqual(['TERMINATED']);
  });
});
