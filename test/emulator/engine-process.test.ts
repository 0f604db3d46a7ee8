import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEngineProcess } from '../../src/emulator/data-plane/engine-process.ts';
import { failureOf, until } from './sql-stage.ts';

/** What stands in for an engine: it listens on the port that its last word names. */
const LISTENER = `#!/bin/sh
exec "${process.execPath}" -e 'require("net").createServer().listen(Number(process.argv.at(-1)), "127.0.0.1")' -- "$@"
`;

describe('an engine from the PATH', () => {
  const path = process.env['PATH'];
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engine-'));
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  });

  afterEach(async () => {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true });
  });

  const install = async (name: string, script: string): Promise<void> => {
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  };

  it('is started on a free port, and ended with everything that it started', async () => {
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

  it('that ends at once is one error, which names what the PATH must have', async () => {
    await install('spark-submit', '#!/bin/sh\nexit 1\n');
    const error = await failureOf(startEngineProcess('spark'));
    expect(error).toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect((error as Error).message).toContain("'spark-submit'");
  });
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
