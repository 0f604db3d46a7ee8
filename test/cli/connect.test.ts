import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { configFolder } from '../config/config-folder.ts';
import { cli } from './cli-run.ts';

/** An emulated Athena with one session, and a folder with its configuration. */
async function athenaSession() {
  const emulator = await startEmulator({ services: ['athena'], startupMs: 0 });
  onTestFinished(() => emulator.close());
  const credentials = '{ accessKeyId: AKIDTEST, secretAccessKey: none }';
  const options = `region: us-east-1, workgroup: spark35, endpoint: "${emulator.urls.athena}", credentials: ${credentials}`;
  const cwd = configFolder({ 'anysession.config.yaml': `environments: { dev: { provider: athena, ${options} } }` });
  const target = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonAthena.StartSession' };
  const body = JSON.stringify({ WorkGroup: 'spark35', EngineConfiguration: {} });
  const started = await fetch(emulator.urls.athena, { method: 'POST', headers: target, body });
  const { SessionId: id } = (await started.json()) as { readonly SessionId: string };
  return { emulator, cwd, id };
}

describe('anysession connect', () => {
  it('writes the lines with which PySpark joins a session, and with --json what they are made of', async () => {
    const { emulator, cwd, id } = await athenaSession();
    const { code, stdout, stderr } = await cli(['connect', id], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('# Spark 3.5.6-duckdb-responder; needs: pip install "pyspark[connect]==3.5.*"');
    expect(stdout).toMatch(/SparkSession\.builder\.remote\("sc:\/\/127\.0\.0\.1:\d+\/;session_id=.*\n$/);
    const json = await cli(['connect', id, '--json'], { cwd });
    expect(json.stdout).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(json.stdout)).toMatchObject({
      host: '127.0.0.1',
      url: expect.stringContaining('x-aws-proxy-auth=') as string,
    });
    // Joining a session does not end it.
    expect(emulator.oracle.live()).toHaveLength(1);
  });

  it.each([
    ['3.5.0\nimport os; os.system("touch /tmp/x")'],
    ['3.5\rimport os'],
    ['3.5.0\u2028import os'],
    ['3.5.0"; rm -rf ~; "'],
    ['\u001B[2J3.5.0'],
    ['4.$(id).0'],
    ['spark'],
    ['3'],
    [`3.5${'.1'.repeat(500)}`],
  ])('puts nothing into Python lines that is not a version: %j', async (version) => {
    const { emulator, cwd, id } = await athenaSession();
    emulator.faults.add({ kind: 'rpc-version', version, times: 2 });
    const { code, stdout, stderr } = await cli(['connect', id], { cwd });
    expect({ code, stdout }).toEqual({ code: 11, stdout: '' });
    expect(stderr).toContain('which is not a version');
    expect(stderr).not.toMatch(/\nimport|\r|\u2028|\u001B/);
    const json = await cli(['connect', id, '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({ sparkVersion: version });
    expect(json.stdout.trimEnd()).not.toMatch(/[\n\r\u2028\u001B]/);
  });

  it.each([
    ['3.5.6-amzn-2', 'pyspark[connect]==3.5.*'],
    ['4.0.0.dev1', 'pyspark-client==4.0.*'],
    ['4.1.0-SNAPSHOT', 'pyspark-client==4.1.*'],
    ['4.2', 'pyspark-client==4.2.*'],
  ])('names the client for %s', async (version, client) => {
    const { emulator, cwd, id } = await athenaSession();
    emulator.faults.add({ kind: 'rpc-version', version });
    expect((await cli(['connect', id], { cwd })).stdout).toContain(
      `# Spark ${version}; needs: pip install "${client}"\n`,
    );
  });
});
