import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a fake server does when it starts. */
const BEHAVIOURS = {
  listens: `require('node:net').createServer((socket) => socket.on('error', () => {})).listen(port, '127.0.0.1');`,
  dies: `console.error('no luck today'); process.exit(3);`,
  'never listens': `setInterval(() => {}, 1000);`,
  'has its port taken': `
    if (fs.readFileSync(starts, 'utf8').split('\\n').length > 2) {
      require('node:net').createServer(() => {}).listen(port, '127.0.0.1');
    } else {
      console.error('Error: Address already in use (os error 98)');
      process.exit(1);
    }`,
  'loses its port to another process': `
    if (fs.readFileSync(starts, 'utf8').split('\\n').length > 2) {
      require('node:net').createServer(() => {}).listen(port, '127.0.0.1');
    } else {
      const thief = 'require("node:net").createServer().listen(' + port + ', "127.0.0.1");' +
        'setInterval(() => require("node:fs").existsSync(' + JSON.stringify(starts) + ') || process.exit(), 100)';
      require('node:child_process').spawn(process.execPath, ['-e', thief], { detached: true, stdio: 'ignore' });
      setInterval(() => {}, 1000);
    }`,
} as const;

/** The name of a behaviour. */
export type Behaviour = keyof typeof BEHAVIOURS;

/** A virtual environment with a fake Sail server. */
export class FakeEngine implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(behaviour: Behaviour = 'listens'): Promise<FakeEngine> {
    const engine = new FakeEngine(await mkdtemp(join(tmpdir(), 'anysession-fake-')));
    await mkdir(join(engine.folder, 'lib/python3.11/site-packages/pysail-0.7.2.dist-info'), { recursive: true });
    await mkdir(join(engine.folder, 'bin'));
    const script = `#!${process.execPath}
      const fs = require('node:fs');
      const starts = ${JSON.stringify(engine.#starts)};
      const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
      fs.appendFileSync(starts, process.pid + '\\n');
      ${BEHAVIOURS[behaviour]}`;
    await writeFile(join(engine.folder, 'bin', 'python'), script, { mode: 0o755 });
    return engine;
  }

  /** The process ids of all started servers, in their order. */
  get pids(): readonly number[] {
    if (!existsSync(this.#starts)) return [];
    return readFileSync(this.#starts, 'utf8').trimEnd().split('\n').map(Number);
  }

  /** Whether a server still runs. */
  get isRunning(): boolean {
    return this.pids.some(isAlive);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  get #starts(): string {
    return join(this.folder, 'starts');
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
