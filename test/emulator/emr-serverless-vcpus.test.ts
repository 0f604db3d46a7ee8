import { describe, expect, it } from 'vitest';

import { APPLICATION, emr, emulate, startEmr, tryStartEmr, type WireReply } from './wire-client.ts';
import type { Emulator } from '../../src/emulator/index.ts';

/** Starts a session with these Spark properties. */
function tryStart(emulator: Emulator, properties: Readonly<Record<string, string>> = {}): Promise<WireReply> {
  const runtimeConfiguration = [{ classification: 'spark-defaults', properties }];
  return tryStartEmr(emulator, { configurationOverrides: { runtimeConfiguration } });
}

const REFUSED = { status: 402, code: 'ServiceQuotaExceededException' };

describe("an EMR Serverless account's vCPUs", () => {
  it('are enough for four drivers in a new account, including ending ones', async () => {
    await using emulator = await emulate({ emrServerless: { vcpuQuota: 16 } });
    const paths = [];
    for (let count = 0; count < 4; count += 1) paths.push(await startEmr(emulator));
    const refused = await tryStart(emulator);
    expect(refused).toMatchObject(REFUSED);
    expect(refused.body.message).toBe("The account's quota is 16 vCPUs; 16 are in use and this session needs 4.");
    await emr(emulator, 'DELETE', paths[0]!);
    expect(await tryStart(emulator)).toMatchObject(REFUSED);
    emulator.advance(200);
    expect((await tryStart(emulator)).status).toBe(200);
    expect(emulator.oracle.live()).toHaveLength(4);
  });

  it('are shared by all applications', async () => {
    await using emulator = await emulate({ emrServerless: { vcpuQuota: 4, applications: { other1: {} } } });
    await startEmr(emulator, {}, 'other1');
    expect(await tryStart(emulator)).toMatchObject(REFUSED);
  });

  it('count by the driver of a session, else of its application', async () => {
    await using emulator = await emulate({ emrServerless: { vcpuQuota: 10 } });
    expect(await tryStart(emulator, { 'spark.driver.cores': '16' })).toMatchObject(REFUSED);
    expect((await tryStart(emulator, { 'spark.driver.cores': '2' })).status).toBe(200);
    expect((await tryStart(emulator, { 'spark.driver.cores': 'many' })).status).toBe(200);
    const runtimeConfiguration = [{ classification: 'spark-defaults', properties: { 'spark.driver.cores': '8' } }];
    const change = { clientToken: 'change', runtimeConfiguration };
    await using other = await emulate({ emrServerless: { vcpuQuota: 10 } });
    expect((await emr(other, 'PATCH', `/applications/${APPLICATION}`, change)).status).toBe(200);
    expect((await tryStart(other)).status).toBe(200);
    expect(await tryStart(other)).toMatchObject(REFUSED);
    expect((await tryStart(other, { 'spark.driver.cores': '2' })).status).toBe(200);
  });

  it('count the first executors too, by option', async () => {
    await using emulator = await emulate({ emrServerless: { vcpuQuota: 16, startingExecutors: 2 } });
    expect((await tryStart(emulator, { 'spark.executor.cores': '6' })).status).toBe(200);
    expect(await tryStart(emulator, { 'spark.driver.cores': '1' })).toMatchObject(REFUSED);
    await using small = await emulate({ emrServerless: { vcpuQuota: 16, startingExecutors: 2 } });
    expect((await tryStart(small)).status).toBe(200);
    expect(await tryStart(small)).toMatchObject(REFUSED);
  });
});
