import { describe, expect } from 'vitest';

import type { Emulator } from '../../src/emulator/index.ts';
import { APPLICATION, emr, emulate, startEmr, tryStartEmr, it } from './wire-client.ts';

async function applicationState(emulator: Emulator, id = APPLICATION, afterMs = 0): Promise<string> {
  emulator.advance(afterMs);
  return (await emr(emulator, 'GET', `/applications/${id}`)).body.application.state as string;
}

describe('an EMR Serverless application on the wire', () => {
  it('is started by a session and stops by itself 15 minutes after the last one', async ({ emulator }) => {
    expect(await applicationState(emulator)).toBe('CREATED');
    const path = await startEmr(emulator);
    expect(await applicationState(emulator)).toBe('STARTING');
    const stateAfter = (ms: number) => applicationState(emulator, APPLICATION, ms);
    expect([await stateAfter(1000), await stateAfter(30 * 60_000)]).toEqual(['STARTED', 'STARTED']);
    await emr(emulator, 'DELETE', path);
    const states = [await stateAfter(200 + 15 * 60_000 - 1), await stateAfter(1), await stateAfter(200)];
    expect(states).toEqual(['STARTED', 'STOPPING', 'STOPPED']);
    await startEmr(emulator);
    expect(await applicationState(emulator)).toBe('STARTING');
  });

  it('accepts sessions only with the right type and release, where they are enabled', async () => {
    const applications = {
      hive1: { type: 'HIVE' },
      old1: { releaseLabel: 'emr-7.12.0' },
      older1: { releaseLabel: 'emr-6.15.0' },
      strange1: { releaseLabel: 'spark-8.0.0' },
      disabled1: { sessionEnabled: false },
      newer1: { releaseLabel: 'emr-7.14.0' },
      next1: { releaseLabel: 'emr-8.0.0' },
      upper1: { type: 'Spark' },
    };
    await using emulator = await emulate({ emrServerless: { applications } });
    const start = (id: string) => tryStartEmr(emulator, {}, id);
    for (const id of ['hive1', 'old1', 'older1', 'strange1', 'disabled1']) {
      expect(await start(id)).toMatchObject({ status: 400, code: 'ValidationException' });
    }
    for (const id of ['newer1', 'next1', 'upper1']) expect((await start(id)).status).toBe(200);
    expect((await start('nowhere')).status).toBe(404);
  });

  it('accepts sessions when it runs, or when it may start by itself', async () => {
    const applications = {
      stopped1: { state: 'STOPPED', autoStart: false },
      started1: { state: 'STARTED', autoStart: false },
      resting1: { state: 'STOPPED' },
    } as const;
    await using emulator = await emulate({ emrServerless: { applications } });
    const start = (id: string) => tryStartEmr(emulator, {}, id);
    expect(await start('stopped1')).toMatchObject({ status: 409, code: 'ConflictException' });
    expect((await start('started1')).status).toBe(200);
    expect((await start('resting1')).status).toBe(200);
    expect((await emr(emulator, 'POST', '/applications/stopped1/start')).status).toBe(200);
    expect((await start('stopped1')).status).toBe(200);
  });

  it('is created once for a token, and needs a place for the logs of its sessions', async ({ emulator }) => {
    const create = (members: object) =>
      emr(emulator, 'POST', '/applications', { type: 'SPARK', releaseLabel: 'emr-7.13.0', ...members });
    const sessions = { interactiveConfiguration: { sessionEnabled: true } };
    const unlogged = { managedPersistenceMonitoringConfiguration: { enabled: false } };
    const refused = await create({ clientToken: 'a', ...sessions, monitoringConfiguration: unlogged });
    expect(refused.body.message).toBe('Either S3 Logging or Managed Debugging must be enabled');
    const logged = { ...unlogged, s3MonitoringConfiguration: { logUri: 's3://logs/' } };
    const created = await create({ clientToken: 'a', name: 'mine', ...sessions, monitoringConfiguration: logged });
    expect(created.status).toBe(200);
    const again = await create({ clientToken: 'a', name: 'mine', ...sessions, monitoringConfiguration: logged });
    expect(again.body).toEqual(created.body);
    expect((await create({ clientToken: 'a', name: 'other' })).status).toBe(409);
    const { applicationId } = created.body as { applicationId: string };
    const { application } = (await emr(emulator, 'GET', `/applications/${applicationId}`)).body;
    expect(application).toMatchObject({ name: 'mine', ...sessions, monitoringConfiguration: logged, state: 'CREATED' });
    const listed = (await emr(emulator, 'GET', '/applications?states=CREATED')).body.applications as { id: string }[];
    expect(listed.map(({ id }) => id)).toEqual([APPLICATION, applicationId]);
    expect((await emr(emulator, 'GET', '/applications?states=STARTED')).body.applications).toEqual([]);
  });

  it('shows every setting of its creation, and what the service adds', async ({ emulator }) => {
    const imageUri = '123456789012.dkr.ecr.us-east-1.amazonaws.com/team/spark:latest';
    const remoteWriteUrl = 'https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write';
    const instance = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';
    const settings = {
      imageConfiguration: { imageUri },
      workerTypeSpecifications: { Driver: { imageConfiguration: { imageUri } }, Executor: {} },
      diskEncryptionConfiguration: { encryptionContext: { team: 'data' } },
      schedulerConfiguration: { queueTimeoutMinutes: 15, maxConcurrentRuns: 1000 },
      jobLevelCostAllocationConfiguration: { enabled: true },
      monitoringConfiguration: { prometheusMonitoringConfiguration: { remoteWriteUrl } },
    };
    const identityCenterConfiguration = { identityCenterInstanceArn: instance, userBackgroundSessionsEnabled: true };
    const body = { type: 'SPARK', releaseLabel: 'emr-7.13.0', clientToken: 'a' };
    const created = await emr(emulator, 'POST', '/applications', { ...body, ...settings, identityCenterConfiguration });
    expect(created.status).toBe(200);
    const path = `/applications/${created.body.applicationId as string}`;
    const described = async () => (await emr(emulator, 'GET', path)).body.application as Record<string, unknown>;
    const { identityCenterConfiguration: identityCenter, ...rest } = await described();
    expect(rest).toMatchObject(settings);
    expect(rest['imageConfiguration']).toEqual({ imageUri });
    const own = /^arn:aws:sso::123456789012:application\/ssoins-0123456789abcdef\/apl-[a-zA-Z0-9]{16}$/;
    const identityCenterApplicationArn = expect.stringMatching(own) as string;
    expect(identityCenter).toEqual({ ...identityCenterConfiguration, identityCenterApplicationArn });
    const resolved = { imageUri, resolvedImageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string };
    await emr(emulator, 'POST', `${path}/start`);
    emulator.advance(1000);
    expect(await described()).toMatchObject({
      imageConfiguration: resolved,
      workerTypeSpecifications: { Driver: { imageConfiguration: resolved }, Executor: {} },
    });
    await emr(emulator, 'POST', `${path}/stop`);
    emulator.advance(200);
    const change = { imageConfiguration: {}, workerTypeSpecifications: { Driver: { imageConfiguration: {} } } };
    expect((await emr(emulator, 'PATCH', path, { clientToken: 'b', ...change })).status).toBe(200);
    const changed = await described();
    expect(changed).not.toHaveProperty('imageConfiguration');
    expect(changed['workerTypeSpecifications']).toEqual({ Driver: {} });
    const late = { imageUri, applicationLevelDigestResolution: false };
    await emr(emulator, 'PATCH', path, { clientToken: 'c', imageConfiguration: late });
    expect((await described())['imageConfiguration']).toEqual(late);
  });

  it.each([
    ['an image without its address', { imageConfiguration: {} }],
    ['a worker whose image has no address', { workerTypeSpecifications: { Driver: { imageConfiguration: {} } } }],
    ['a queue that is too short', { schedulerConfiguration: { queueTimeoutMinutes: 14 } }],
    ['a queue that is too long', { schedulerConfiguration: { queueTimeoutMinutes: 721 } }],
    ['no runs at a time', { schedulerConfiguration: { maxConcurrentRuns: 0 } }],
    ['too many runs at a time', { schedulerConfiguration: { maxConcurrentRuns: 1001 } }],
    ['a scheduler on an old release', { schedulerConfiguration: {}, releaseLabel: 'emr-6.15.0' }],
  ])('is not created with %s', async (_, settings) => {
    await using emulator = await emulate();
    const body = { type: 'SPARK', releaseLabel: 'emr-7.13.0', clientToken: 'a', ...settings };
    const refused = await emr(emulator, 'POST', '/applications', body);
    expect(refused).toMatchObject({ status: 400, code: 'ValidationException' });
    expect(refused.body.message).not.toContain('validation error');
  });

  it('is changed and deleted only when CREATED or STOPPED', async ({ emulator }) => {
    const path = `/applications/${APPLICATION}`;
    const enable = (clientToken: string, sessionEnabled: boolean) =>
      emr(emulator, 'PATCH', path, { clientToken, interactiveConfiguration: { sessionEnabled } });
    expect((await enable('a', false)).body.application.interactiveConfiguration).toEqual({ sessionEnabled: false });
    expect((await tryStartEmr(emulator)).status).toBe(400);
    await enable('b', true);
    await emr(emulator, 'POST', `${path}/start`);
    expect(await enable('c', false)).toMatchObject({ status: 400, code: 'ValidationException' });
    expect((await emr(emulator, 'DELETE', path)).status).toBe(400);
    emulator.advance(1000);
    await emr(emulator, 'POST', `${path}/stop`);
    expect(await applicationState(emulator)).toBe('STOPPING');
    expect((await emr(emulator, 'POST', `${path}/start`)).status).toBe(400);
    emulator.advance(200);
    expect((await emr(emulator, 'DELETE', path)).status).toBe(200);
    expect(await applicationState(emulator)).toBe('TERMINATED');
    expect((await emr(emulator, 'DELETE', path)).status).toBe(200);
    expect((await tryStartEmr(emulator)).code).toBe('ConflictException');
    expect((await emr(emulator, 'POST', `${path}/start`)).status).toBe(400);
  });

  it('is not stopped under live sessions, or terminates them when the option says so', async () => {
    await using refusing = await emulate();
    await startEmr(refusing);
    const refused = await emr(refusing, 'POST', `/applications/${APPLICATION}/stop`);
    expect(refused).toMatchObject({ status: 400, code: 'ValidationException' });
    await using terminating = await emulate({ emrServerless: { stopWithSessions: 'terminate' } });
    await startEmr(terminating);
    terminating.advance(2000);
    expect((await emr(terminating, 'POST', `/applications/${APPLICATION}/stop`)).status).toBe(200);
    terminating.advance(200);
    expect(await applicationState(terminating)).toBe('STOPPED');
    expect(terminating.oracle.live()).toEqual([]);
  });

  it('stops after its own idle timeout, or never', async ({ emulator }) => {
    const create = async (clientToken: string, autoStopConfiguration: object) => {
      const body = { type: 'SPARK', releaseLabel: 'emr-7.13.0', clientToken, autoStopConfiguration };
      const { applicationId } = (await emr(emulator, 'POST', '/applications', body)).body;
      await emr(emulator, 'GET', '/applications');
      await emr(emulator, 'POST', `/applications/${applicationId as string}/start`);
      return applicationId as string;
    };
    const soon = await create('soon', { idleTimeoutMinutes: 1 });
    const never = await create('never', { enabled: false });
    emulator.advance(1000 + 60_000);
    expect(await applicationState(emulator, soon)).toBe('STOPPING');
    emulator.advance(30 * 24 * 3_600_000);
    expect(await applicationState(emulator, never)).toBe('STARTED');
  });
});
