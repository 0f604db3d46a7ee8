import * as grpc from '@grpc/grpc-js';
import { BatchControllerClient } from '@google-cloud/dataproc';
import { PassThroughClient } from 'google-auth-library';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Emulator } from '../../src/emulator/index.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { outcomeOf, PARENT, TRANSPORTS } from './dataproc-client.ts';

const JOB = { pysparkBatch: { mainPythonFileUri: 'gs://bucket/job.py' }, labels: { team: 'a' } };
const nameOf = (id: string): string => `${PARENT}/batches/${id}`;

describe.each(TRANSPORTS)('Dataproc batches over %s, with the real client', (transport) => {
  let emulator: Emulator;
  let client: BatchControllerClient;

  beforeEach(async () => {
    emulator = await startEmulator({ services: ['dataproc'], clock: 'virtual' });
    const { hostname, port } = new URL(transport === 'rest' ? emulator.urls.dataprocRest : emulator.urls.dataprocGrpc);
    client = new BatchControllerClient({
      ...{ apiEndpoint: hostname, port: Number(port), projectId: 'p', authClient: new PassThroughClient() },
      ...(transport === 'rest'
        ? { fallback: true, protocol: 'http' }
        : { sslCreds: grpc.credentials.createInsecure() }),
    });
    onTestFinished(async () => {
      await client.close();
      await emulator.close();
    });
  });

  const create = async (batchId: string, batch: object = JOB, requestId: string | null = null) => {
    const [operation] = await client.createBatch({ parent: PARENT, batchId, batch, requestId });
    return operation.name ?? '';
  };
  const stateOf = async (id: string) => (await client.getBatch({ name: nameOf(id) }))[0].state;

  it('goes from PENDING over RUNNING to SUCCEEDED, and its operation is done then', async () => {
    const operation = await create('walk');
    expect(await stateOf('walk')).toBe('PENDING');
    emulator.advance(1_000);
    expect(await stateOf('walk')).toBe('RUNNING');
    expect((await client.checkCreateBatchProgress(operation)).done).toBeFalsy();
    emulator.advance(1_000);
    expect(await stateOf('walk')).toBe('SUCCEEDED');
    const { done, result, metadata } = await client.checkCreateBatchProgress(operation);
    expect({ done, result }).toMatchObject({ done: true, result: { name: nameOf('walk'), labels: JOB.labels } });
    expect(metadata).toMatchObject({ batch: nameOf('walk'), operationType: 1 });
  });

  it('is listed, and deleted once it has ended', async () => {
    await create('first');
    await create('second');
    expect(await outcomeOf(client.deleteBatch({ name: nameOf('first') }))).toBe('FAILED_PRECONDITION');
    emulator.advance(2_000);
    await client.deleteBatch({ name: nameOf('first') });
    const [batches] = await client.listBatches({ parent: PARENT });
    expect(batches.map(({ name }) => name)).toEqual([nameOf('second')]);
    expect(await outcomeOf(client.getBatch({ name: nameOf('first') }))).toBe('NOT_FOUND');
  });

  it('is cancelled with its operation, and stays so', async () => {
    const operation = await create('cancelled');
    await client.operationsClient.cancelOperation({ name: operation } as Parameters<
      typeof client.operationsClient.cancelOperation
    >[0]);
    emulator.advance(5_000);
    expect(await stateOf('cancelled')).toBe('CANCELLED');
  });

  it.each([
    ['no kind of job', {}, 'INVALID_ARGUMENT'],
    ['two kinds of jobs', { ...JOB, sparkBatch: { mainClass: 'Main' } }, 'INVALID_ARGUMENT'],
    ['a job without its file', { pysparkBatch: {} }, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (_what, batch, code) => {
    expect(await outcomeOf(create('refused', batch))).toBe(code);
  });

  it('refuses a name twice, and repeats the answer for a known request id', async () => {
    const operation = await create('once', JOB, 'request-1');
    expect(await create('once', JOB, 'request-1')).toBe(operation);
    expect(await outcomeOf(create('once'))).toBe('ALREADY_EXISTS');
  });
});
