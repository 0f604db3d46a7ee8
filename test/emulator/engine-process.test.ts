import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineEnvironment } from '../../src/provider-kit/installed-engine.ts';
import { engineProgram, startEngineProcess } from '../../src/emulator/data-plane/engine-process.ts';
import { until } from './sql-stage.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A substitute for an engine: it listens on the port in its arguments. */
const LISTENER = `#!/bin/sh
exec "${process.execPath}" -e 'require("net").createServer().listen(Number(/(?:port=| --port )(\\d+)/.exec(process.argv.join(" "))[1]), "127.0.0.1")' -- "$@"
`;

const { PATH, XDG_CACHE_HOME } = process.env;
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  process.env['PATH'] = `${folder}${delimiter}${PATH}`;
});

afterEach(() => {
  process.env['PATH'] = PATH;
  if (XDG_CACHE_HOME === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = XDG_CACHE_HOME;
});

async function install(name: string, script: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), script);
  await chmod(join(folder, name), 0o755);
}

describe('an engine from the PATH', () => {
  it('starts on a free port, and is killed with every process that it started', async () => {
    await install('sail', LISTENER);
    const { address, stop } = await startEngineProcess('sail');
    const port = Number(address.split(':')[1]);
    expect(await answers(port)).toBe(true);
    await stop();
    let isOver = false;
    await until(() => {
      void answers(port).then((does) => (isOver = !does));
      return isOver;
    });
  });

  it('that exits at once is one error, which names the program', async () => {
    await install('spark-submit', '#!/bin/sh\nexit 1\n');
    const message = expect.stringContaining("/spark-submit' must run a Spark Connect server") as string;
    await expect(startEngineProcess('spark')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message });
  });
});

it('gets a token that only its own calls have', async () => {
  await install(
    'spark-submit',
    LISTENER.replace('exec', `echo "$SPARK_CONNECT_AUTHENTICATE_TOKEN" >"${folder}/token"; exec`),
  );
  const { metadata, stop } = await startEngineProcess('spark');
  const token = await readFile(join(folder, 'token'), 'utf8');
  expect(token).toMatch(/^[0-9a-f]{48}\n$/);
  expect(metadata).toEqual({ authorization: `Bearer ${token.trim()}` });
  await stop();
});

it('gets no statement when another process has taken its port', async () => {
  const thief = LISTENER.replace('exec', 'setsid').replace('"$@"', '"$@" & echo $! >"$0.pid"; sleep 60');
  await install('sail', thief);
  await expect(startEngineProcess('sail')).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringMatching(/another process listens on its port \d+/) as string,
  });
  process.kill(Number(await readFile(join(folder, 'sail.pid'), 'utf8')), 'SIGKILL');
});

describe('an engine that was installed', () => {
  const environment = (): EngineEnvironment => ({ env: { XDG_CACHE_HOME: folder, PATH: '' }, home: '/nowhere' });

  it('is found when there is none on the PATH, in its highest version', async () => {
    for (const version of ['0.9.0', '0.10.0']) await install(`anysession/engines/sail-${version}/bin/python`, LISTENER);
    const submit = 'anysession/engines/spark-4.1.4/lib/python3.12/site-packages/pyspark/bin/spark-submit';
    await install(submit, LISTENER);
    const engines = join(folder, 'anysession/engines');
    expect(engineProgram('sail', environment())).toEqual([join(engines, 'sail-0.10.0/bin/python'), '-m', 'pysail']);
    expect(engineProgram('spark', environment())).toEqual([join(folder, submit)]);
  });

  it('is one error with the command that installs it when it is missing', async () => {
    process.env['PATH'] = folder;
    process.env['XDG_CACHE_HOME'] = folder;
    const message = expect.stringContaining('Run: npx anysession engines install sail') as string;
    await expect(startEngineProcess('sail')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message });
  });
});

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  const isOpen = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}
