import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findEngine, type EngineSelection } from '../../../../providers/local/spark/find-engine.ts';
import { heapMiB } from '../../../../providers/local/spark/spark-server.ts';
import type { EngineServer } from '../../../../providers/local/spark/engine-server.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

let home: string;

beforeEach(() => {
  home = temporaryFolder();
});

/** Creates an executable file. */
async function put(...path: string[]): Promise<string> {
  const file = join(home, ...path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '', { mode: 0o755 });
  return file;
}

async function putSail(folder: string, version: string): Promise<void> {
  await put(folder, 'bin', 'python');
  await put(folder, `lib/python3.12/site-packages/pysail-${version}.dist-info`, 'METADATA');
}

async function putSpark(folder: string, version: string): Promise<void> {
  await put(folder, 'bin', 'spark-submit');
  await put(folder, 'jars', `spark-connect_2.13-${version}.jar`);
}

/** Finds an engine among what a test has put into its home. */
function find(selection: Partial<EngineSelection>, env: Record<string, string> = {}): EngineServer {
  const nothing = { engine: 'sail', pythonEnvironment: undefined, memoryLimit: undefined, threads: undefined } as const;
  return findEngine({ ...nothing, ...selection }, { env: { JAVA_HOME: join(home, 'jdk'), ...env }, home });
}

const PLACE = { port: 4711, folder: '/tmp/f', sparkConf: {} };

describe('finding Sail', () => {
  it('takes the highest installed version, without incomplete installations', async () => {
    await putSail('.cache/anysession/engines/sail-0.9.1', '0.9.1');
    await putSail('.cache/anysession/engines/sail-0.10.0', '0.10.0');
    await putSail('.cache/anysession/engines/.sail-0.11.0-abc123', '0.11.0');
    await mkdir(join(home, '.cache/anysession/engines/sail-0.12.0'));
    const { label, command, takesToken } = find({});
    expect(label).toBe('Sail 0.10.0');
    expect(takesToken).toBe(false);
    const python = join(home, '.cache/anysession/engines/sail-0.10.0/bin/python');
    expect(command(PLACE)).toEqual([python, '-m', 'pysail', 'spark', 'server', '--ip', '127.0.0.1', '--port', '4711']);
  });

  it('searches XDG_CACHE_HOME when that is an absolute path', async () => {
    await putSail('xdg/anysession/engines/sail-0.7.2', '0.7.2');
    expect(find({}, { XDG_CACHE_HOME: join(home, 'xdg') }).label).toBe('Sail 0.7.2');
    expect(() => find({}, { XDG_CACHE_HOME: 'xdg' })).toThrow('is not installed');
  });

  it('takes only the given virtual environment', async () => {
    await putSail('.cache/anysession/engines/sail-0.9.1', '0.9.1');
    await putSail('venv', '0.7.2');
    expect(find({ pythonEnvironment: join(home, 'venv') }).label).toBe('Sail 0.7.2');
    expect(() => find({ pythonEnvironment: join(home, 'other') })).toThrow(
      `the engine sail is not installed in the \`pythonEnvironment\` ${join(home, 'other')}. ` +
        `Run: ${join(home, 'other/bin/python')} -m pip install 'pysail'`,
    );
  });

  it('takes the program on the PATH, with the version of its environment', async () => {
    await putSail('venv', '0.7.2');
    await put('venv/bin/sail');
    await put('tools/sail');
    expect(find({}, { PATH: `${join(home, 'none')}:${join(home, 'venv/bin')}` }).label).toBe('Sail 0.7.2');
    const { label, command } = find({}, { PATH: join(home, 'tools') });
    expect(label).toBe('Sail');
    expect(command(PLACE)[0]).toBe(join(home, 'tools/sail'));
  });

  it('fails with the install command when it is not installed', () => {
    const message = 'the engine sail is not installed on this machine. Run: anysession engines install sail';
    expect(() => find({})).toThrow(message);
  });
});

describe('finding Apache Spark', () => {
  beforeEach(async () => {
    await put('jdk/bin/java');
  });

  it('takes SPARK_HOME, then installed engines, then the PATH', async () => {
    await putSpark('path/spark', '4.0.1');
    await mkdir(join(home, 'bin'));
    await symlink(join(home, 'path/spark/bin/spark-submit'), join(home, 'bin/spark-submit'));
    const onPath = { PATH: join(home, 'bin') };
    expect(find({ engine: 'spark' }, onPath).label).toBe('Apache Spark 4.0.1');
    await put('.cache/anysession/engines/spark-4.1.4/bin/python');
    await putSpark('.cache/anysession/engines/spark-4.1.4/lib/python3.11/site-packages/pyspark', '4.1.4');
    expect(find({ engine: 'spark' }, onPath).label).toBe('Apache Spark 4.1.4');
    await putSpark('opt/spark', '3.5.7');
    const named = find({ engine: 'spark' }, { ...onPath, SPARK_HOME: join(home, 'opt/spark') });
    expect(named.label).toBe('Apache Spark 3.5.7');
  });

  it('ignores one without a Connect server', async () => {
    await put('opt/spark/bin/spark-submit');
    await put('opt/spark/jars/spark-core_2.12-3.5.7.jar');
    expect(() => find({ engine: 'spark' }, { SPARK_HOME: join(home, 'opt/spark') })).toThrow('engines install spark');
  });

  it('needs Java', async () => {
    await putSpark('opt/spark', '4.1.4');
    const SPARK_HOME = join(home, 'opt/spark');
    expect(() => find({ engine: 'spark' }, { SPARK_HOME, JAVA_HOME: '' })).toThrow('needs Java 17 or later');
    expect(find({ engine: 'spark' }, { SPARK_HOME, JAVA_HOME: '', PATH: join(home, 'jdk/bin') }).engine).toBe('spark');
  });

  it('starts on the loopback address, with its token in the environment and not in its command', async () => {
    await putSpark('opt/spark', '4.1.4');
    const env = { SPARK_HOME: join(home, 'opt/spark') };
    const server = find({ engine: 'spark', memoryLimit: '1.5GiB', threads: 3 }, env);
    const command = server.command(PLACE);
    expect(command[0]).toBe(join(home, 'opt/spark/bin/spark-submit'));
    expect(command.join(' ')).toContain('--properties-file /tmp/f/spark.conf');
    const properties = server.files(PLACE)['spark.conf']?.split('\n');
    const address = ['spark.connect.grpc.binding.address=127.0.0.1', 'spark.connect.grpc.binding.port=4711'];
    const limits = ['spark.master=local[3]', 'spark.driver.memory=1536m'];
    expect(properties).toEqual(expect.arrayContaining([...address, ...limits]));
    expect(server.takesToken).toBe(true);
    expect(server.environment(PLACE, 'hush')).toMatchObject({ SPARK_CONNECT_AUTHENTICATE_TOKEN: 'hush' });
    await putSpark('opt/old', '3.5.7');
    const old = find({ engine: 'spark' }, { SPARK_HOME: join(home, 'opt/old') });
    expect(old.takesToken).toBe(false);
    expect(JSON.stringify(old.environment(PLACE, 'hush'))).not.toContain('hush');
    expect(old.files(PLACE)['spark.conf']).toContain('spark.master=local[*]\n');
  });

  it('has the properties of its sessions in a file, after the defaults of the owner and of anysession', async () => {
    await putSpark('opt/spark', '4.1.4');
    await mkdir(join(home, 'opt/spark/conf'));
    await writeFile(join(home, 'opt/spark/conf/spark-defaults.conf'), 'spark.owner yes');
    const server = find({ engine: 'spark' }, { SPARK_HOME: join(home, 'opt/spark') });
    const sparkConf = {
      'spark.hadoop.fs.s3a.secret.key': 'hush',
      'spark.sql.session.timeZone': 'Europe/Zurich',
      'spark.driver.extraJavaOptions': '-Dmine=1',
      'spark.a path': ' C:\\new\n',
    };
    const place = { ...PLACE, sparkConf };
    const properties = (server.files(place)['spark.conf'] ?? '').split('\n');
    expect(properties[0]).toBe('spark.owner yes');
    const javaOptions = '-Djava.io.tmpdir=/tmp/f -Dderby.system.home=/tmp/f -Dmine=1';
    expect(properties).toContain('spark.hadoop.fs.s3a.secret.key=hush');
    expect(properties).toContain('spark.sql.session.timeZone=Europe/Zurich');
    expect(properties).not.toContain('spark.sql.session.timeZone=UTC');
    expect(properties).toContain(`spark.driver.extraJavaOptions=${javaOptions}`);
    expect(properties).toContain('spark.a\\ path=\\ C:\\\\new\\n');
    expect(server.command(place).join(' ')).not.toContain('hush');
    const reserved = { ...PLACE, sparkConf: { 'spark.driver.host': 'elsewhere' } };
    expect(() => server.files(reserved)).toThrow('`sparkConf` sets spark.driver.host');
  });
});

describe('the heap of Spark', () => {
  it.each([
    ['512MB', 488],
    ['2 GiB', 2048],
    ['0.5tb', 476_837],
    ['1KB', 1],
  ])('%s is %i MiB', (limit, mebibytes) => {
    expect(heapMiB(limit)).toBe(mebibytes);
  });

  it('is half of the machine by default, and 4 GiB at most', () => {
    expect(heapMiB(undefined, 4 * 1024 ** 3)).toBe(2048);
    expect(heapMiB(undefined, 64 * 1024 ** 3)).toBe(4096);
  });
});
