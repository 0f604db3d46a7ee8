import { describe, expect, it, type TestContext } from 'vitest';
import { athena } from './athena.ts';
import { cli } from './cli-run.ts';

/** An emulated Athena with one session, and a folder with its configuration. */
async function athenaSession(context: TestContext) {
  const service = await athena(0, context);
  return { ...service, id: await service.startSession() };
}

describe('anysession connect', () => {
  it('recommends exec and proxy, then writes the line that PySpark needs, and with --json what it is made of', async (context) => {
    const { emulator, cwd, id } = await athenaSession(context);
    const { code, stdout, stderr } = await cli(['connect', id], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [packages, , exec, proxy, expiry, , remote, python] = stdout.split('\n');
    const pins = '"pyspark[connect]==3.5.*" "pyarrow<20" "numpy<2" "pandas<2.3"';
    expect(packages).toBe(`# Spark 3.5.6-duckdb-responder; needs: pip install ${pins}`);
    expect([exec, proxy]).toEqual([
      `#   anysession exec --session ${id} -- python job.py`,
      `#   anysession proxy --session ${id}`,
    ]);
    expect(expiry).toMatch(/^# Without them, until \d{4}-.*Z\. After that calls fail: run this again and restart/);
    expect(remote).toMatch(/^export SPARK_REMOTE='sc:\/\/127\.0\.0\.1:\d+\/;session_id=[^']*x-aws-proxy-auth=[^']*'$/);
    expect(python).toMatch(/^# In Python: .*getOrCreate\(\)$/);
    // A literal token in a program is copied with it.
    expect(stdout).not.toContain('.remote(');
    const exported = await cli(['connect', id, '--export'], { cwd });
    expect(exported.stdout).toMatch(/^export SPARK_REMOTE='sc:[^'\n]*'\n$/);
    const json = await cli(['connect', id, '--json'], { cwd });
    expect(json.stdout).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(json.stdout)).toMatchObject({
      host: '127.0.0.1',
      url: expect.stringContaining('x-aws-proxy-auth=') as string,
    });
    // Joining a session does not end it.
    expect(emulator.oracle.live()).toHaveLength(1);
  });

  it.for([
    ['3.5.0\nimport os; os.system("touch /tmp/x")'],
    ['3.5\rimport os'],
    ['3.5.0\u2028import os'],
    ['3.5.0"; rm -rf ~; "'],
    ['\u001B[2J3.5.0'],
    ['4.$(id).0'],
    ['spark'],
    ['3'],
    [`3.5${'.1'.repeat(500)}`],
  ])('puts nothing into Python lines that is not a version: %j', async ([version = ''], context) => {
    const { emulator, cwd, id } = await athenaSession(context);
    emulator.faults.add({ kind: 'rpc-version', version, times: 2 });
    const { code, stdout, stderr } = await cli(['connect', id], { cwd });
    expect({ code, stdout }).toEqual({ code: 11, stdout: '' });
    expect(stderr).toContain('which is not a version');
    expect(stderr).not.toMatch(/\nimport|\r|\u2028|\u001B/);
    const json = await cli(['connect', id, '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({ sparkVersion: version });
    expect(json.stdout.trimEnd()).not.toMatch(/[\n\r\u2028\u001B]/);
  });

  it.for([
    ['3.5.6-amzn-2', 'pyspark[connect]==3.5.*" "pyarrow<20" "numpy<2" "pandas<2.3'],
    ['4.0.0.dev1', 'pyspark-client==4.0.*'],
    ['4.1.0-SNAPSHOT', 'pyspark-client==4.1.*'],
    ['4.2', 'pyspark-client==4.2.*'],
  ])('names the client for %s', async ([version = '', client = ''], context) => {
    const { emulator, cwd, id } = await athenaSession(context);
    emulator.faults.add({ kind: 'rpc-version', version });
    expect((await cli(['connect', id], { cwd })).stdout).toContain(
      `# Spark ${version}; needs: pip install "${client}"\n`,
    );
  });
});
