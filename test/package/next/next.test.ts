import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { ways, writeModules } from '../athena-application.ts';
import { emptyFolder, install, pack, run } from '../fresh-folder.ts';

const NEXT = ['next@15.5.29', 'react@19.2.0', 'react-dom@19.2.0'];

const LAYOUT = 'export default function Layout({ children }) { return <html><body>{children}</body></html>; }';

/** A route handler, which runs on the server, for each way, and one on DuckDB. */
const ROUTES = {
  config: `import { open } from '../../open-config.js';`,
  typed: `import { open } from '../../open-typed.js';`,
  local: `
import { openSessions } from 'anysession';
import { local } from 'anysession/providers/local';
const open = () => openSessions({ provider: local() });`,
};

const ROUTE = `
import { life } from '../../life.js';
export const dynamic = 'force-dynamic';
export const GET = async () => new Response(await life(await open()));
`;

/** The settings of the guide; the second line is for applications on DuckDB alone. */
const GUIDE_SETTINGS = `
  serverExternalPackages: ['anysession'],
  outputFileTracingIncludes: { '/local': ['./node_modules/@duckdb/**/*'] },`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe.each([
  { name: 'next build', settings: '', standalone: false, routes: [...ways, 'local'] },
  { name: 'standalone output', settings: `output: 'standalone',`, standalone: true, routes: ways },
  {
    name: "standalone output with the guide's settings",
    settings: `output: 'standalone',${GUIDE_SETTINGS}`,
    standalone: true,
    routes: [...ways, 'local'],
  },
])('Next 15, $name', ({ settings, standalone, routes }) => {
  let parent: string;
  let emulator: Emulator;
  let server: ChildProcess;
  let address: string;

  beforeAll(async () => {
    parent = emptyFolder();
    const application = join(parent, 'application');
    mkdirSync(application);
    const { file } = await pack(parent);
    await install(application, [file, '@aws-sdk/client-athena', ...NEXT]);
    writeModules(application);
    for (const [name, head] of Object.entries(ROUTES)) {
      mkdirSync(join(application, 'app', name), { recursive: true });
      writeFileSync(join(application, 'app', name, 'route.js'), `${head}${ROUTE}`);
    }
    writeFileSync(join(application, 'app', 'layout.js'), LAYOUT);
    writeFileSync(join(application, 'next.config.mjs'), `export default { ${settings} };`);
    emulator = await startEmulator({ services: ['athena'] });
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ENDPOINT: emulator.urls.athena,
      HOSTNAME: '127.0.0.1',
      PORT: String(port),
    };
    const next = join(application, 'node_modules/next/dist/bin/next');
    await run(process.execPath, [next, 'build'], { cwd: application, env, maxBuffer: 1e8 });
    const deployed = join(parent, 'deployed');
    if (standalone) {
      cpSync(join(application, '.next/standalone'), deployed, { recursive: true });
      // A bundle knows the addresses of its sources: without packages there, it is on its own.
      renameSync(join(application, 'node_modules'), join(parent, 'out-of-reach'));
    }
    const [program, cwd] = standalone ? [['server.js'], deployed] : [[next, 'start', '-p', String(port)], application];
    server = spawn(process.execPath, program, { cwd, env, stdio: 'ignore' });
    for (let attempt = 0; attempt < 300 && (await fetch(address).catch(() => undefined)) === undefined; attempt++) {
      await sleep(200);
    }
  });

  afterAll(async () => {
    server.kill();
    await emulator.close();
    rmSync(parent, { recursive: true, force: true });
  });

  it.each(routes)('starts a session in the route %s', async (route) => {
    expect(await (await fetch(`${address}/${route}`)).text()).toBe('ready');
  });
});
