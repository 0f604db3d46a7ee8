import { describe, expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';

describe('anysession connect', () => {
  it('writes the lines with which PySpark joins a session, and with --json what they are made of', async () => {
    await using emulator = await startEmulator({ services: ['athena'], startupMs: 0 });
    const credentials = '{ accessKeyId: AKIDTEST, secretAccessKey: none }';
    const options = `region: us-east-1, workgroup: spark35, endpoint: "${emulator.urls.athena}", credentials: ${credentials}`;
    const cwd = configFolder({ 'anysession.config.yaml': `environments: { dev: { provider: athena, ${options} } }` });
    const target = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonAthena.StartSession' };
    const body = JSON.stringify({ WorkGroup: 'spark35', EngineConfiguration: {} });
    const started = await fetch(emulator.urls.athena, { method: 'POST', headers: target, body });
    const { SessionId: id } = (await started.json()) as { readonly SessionId: string };

    const { code, stdout, stderr } = await cli(['connect', id], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('# Spark 3.5.6-duckdb-responder; needs: pip install "pyspark[connect]==3.5.*"');
    expect(stdout).toMatch(/SparkSession\.builder\.remote\("sc:\/\/127\.0\.0\.1:\d+\/;session_id=/);
    const json = await cli(['connect', id, '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({
      host: '127.0.0.1',
      url: expect.stringContaining('x-aws-proxy-auth=') as string,
    });
    // Joining a session does not end it.
    expect(emulator.oracle.live()).toHaveLength(1);
  });
});
