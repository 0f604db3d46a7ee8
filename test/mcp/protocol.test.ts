import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { configFolder } from '../config/config-folder.ts';
import { PROGRAM, run } from '../cli/process.ts';
import { TOOLS } from '../../src/mcp/tools.ts';
import { agent } from './agent.ts';

const LAPTOP = { 'anysession.config.yaml': 'environments: { laptop: { provider: local } }\n' };
const laptop = (): string => configFolder(LAPTOP);
const message = (id: number, method: string, params: object) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const HELLO = message(1, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'raw', version: '1' },
});
const tool = (id: number, name: string, args: unknown) => message(id, 'tools/call', { name, arguments: args });

describe('the server of anysession mcp', { timeout: 60_000 }, () => {
  it('lists tools whose names, schemas and hints fit together', async () => {
    const { tools, client } = await agent({ onTestFinished }, { cwd: laptop() });
    expect(tools.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));
    for (const { name, description, inputSchema, outputSchema, annotations } of tools) {
      expect(name).toMatch(/^[a-z_]{3,30}$/);
      expect(description?.length).toBeGreaterThan(40);
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(outputSchema).toMatchObject({ type: 'object', anyOf: [{}, { required: ['error'] }] });
      expect(typeof annotations?.readOnlyHint).toBe('boolean');
    }
    expect(client.getInstructions()).toContain('Sessions of clouds cost money');
    expect(client.getServerVersion()).toMatchObject({ name: 'anysession' });
  });

  it('runs eight calls at the same time and refuses more', async () => {
    const { call } = await agent({ onTestFinished }, { cwd: laptop() });
    await call('start_session');
    const sql = 'SELECT count(*) FROM range(1000000) a, range(1000000) b';
    const calls = await Promise.all(Array.from({ length: 10 }, () => call('run_sql', { sql, timeoutSeconds: 2 })));
    const kinds = calls.map(({ value }) => (value['error'] as { kind: string }).kind);
    expect(kinds.filter((kind) => kind === 'quota-exceeded')).toHaveLength(2);
    expect((await call('run_sql', { sql: 'SELECT 1' })).isError).toBeUndefined();
  });

  it('writes nothing but messages to stdout, survives lines that are none, and ends with stdin', async () => {
    // Config files are code, and may log.
    const config = `console.log('loading'); process.stderr.write('noise\\n'); export default { environments: { laptop: { provider: 'local' } } };`;
    const server = run([...PROGRAM, 'mcp', '--verbose'], { cwd: configFolder({ 'anysession.config.mjs': config }) });
    const { stdin } = server.child;
    stdin?.write(`not json\n{}\n[1]\n{"jsonrpc":"1.0"}\n${'['.repeat(100_000)}\n\u0000\n${HELLO}`);
    stdin?.write(tool(2, 'start_session', {}) + tool(3, 'list_sessions', ['x']) + message(4, 'no/such', {}));
    await expect.poll(() => server.output.stdout.split('\n').length, { timeout: 30_000 }).toBe(5);
    stdin?.end();
    const { code, stdout, stderr } = await server.ended;
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number });
    expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4]);
    expect(code).toBe(0);
    expect(stderr).toContain('noise');
    expect(stderr).toContain('a message of the client is no message of the protocol');
  });

  it('ends with an error when a message is too long', async () => {
    const server = run([...PROGRAM, 'mcp'], { cwd: laptop() });
    server.child.stdin?.write(HELLO);
    await expect.poll(() => server.output.stdout).toContain('serverInfo');
    server.child.stdin?.write('x'.repeat(1_100_000));
    const { code, stderr } = await server.ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('a message of more than 1000000 bytes')]);
  });

  it('ends when nobody reads stdout any more', async () => {
    const server = run([...PROGRAM, 'mcp'], { cwd: laptop() });
    server.child.stdin?.write(HELLO);
    await expect.poll(() => server.output.stdout).toContain('serverInfo');
    server.child.stdout?.destroy();
    server.child.stdin?.write(message(2, 'tools/list', {}));
    server.child.stdin?.write(message(3, 'tools/list', {}));
    expect((await server.ended).code).toBe(0);
  });

  it.each([
    [['--env', 'nowhere'], 'unknown environment "nowhere"'],
    [['--config', 'missing.yaml'], 'missing.yaml'],
    [['--max-spend', '0'], 'Expected an amount above 0'],
  ])('does not start with %j', async (words, why) => {
    const { code, stdout, stderr } = await run([...PROGRAM, 'mcp', ...words], { cwd: laptop() }).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
  });

  it('reports an environment that does not open, and the others work', async () => {
    const file = `environments:\n  broken: { provider: athena, workgroup: w, region: '\${NOWHERE_SET}' }\n  laptop: { provider: local }\n`;
    const { call } = await agent({ onTestFinished }, { cwd: configFolder({ 'anysession.config.yaml': file }) });
    expect((await call('list_environments')).value).toMatchObject({
      environments: [
        { name: 'broken', problem: expect.stringContaining('NOWHERE_SET') as string },
        { name: 'laptop', provider: 'local', isBilled: false, dialect: 'duckdb' },
      ],
    });
    expect((await call('start_session', { environment: 'broken' })).value).toMatchObject({
      error: { kind: 'config-invalid' },
    });
    expect((await call('start_session', { environment: 'laptop' })).isError).toBeUndefined();
    expect((await call('start_session', { environment: 'lapto' })).text).toContain('did you mean laptop?');
  });

  it('gives the install line without its package', async () => {
    const hide = `export const resolve = (name, context, next) => {
      if (name.startsWith('@modelcontextprotocol/')) throw Object.assign(new Error('hidden'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    };`;
    const register = `import { register } from 'node:module'; register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hide))});`;
    const cwd = laptop();
    const [node, ...words] = PROGRAM;
    const hidden = [node, '--import', `data:text/javascript,${encodeURIComponent(register)}`, ...words, 'mcp'];
    const { code, stdout, stderr } = await run(hidden, { cwd }).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'The package @modelcontextprotocol/sdk is not installed. Run: npm install @modelcontextprotocol/sdk',
    );
    expect(stderr).toContain('npx -p anysession -p @modelcontextprotocol/sdk anysession');
  });
});

describe('the arguments of tools', () => {
  let server: Awaited<ReturnType<typeof agent>>;

  // Nothing here changes anything, so one server is enough.
  beforeAll(async () => {
    server = await agent({ onTestFinished: afterAll }, { cwd: configFolder(LAPTOP, afterAll) });
  });

  it.each([
    ['describe_session', { environment: 'x'.repeat(513) }, 'environment: expected a string of 1 to 512 characters'],
    ['describe_session', { session: 7 }, 'session: expected a string'],
    ['start_session', { size: 'huge' }, 'size: expected one of small, medium, large'],
    ['start_session', { lifetimeMinutes: 1e9 }, 'lifetimeMinutes: expected a number from 0.05 to 480'],
    ['start_session', { maxSpend: -1 }, 'maxSpend: expected a number above 0'],
    ['start_session', { sparkConf: {} }, 'sparkConf: unknown key'],
    ['start_session', JSON.parse('{"constructor": 1}') as object, 'constructor: unknown key'],
    ['run_sql', { sql: '' }, 'sql: expected a string of 1 to 100000 characters'],
    ['run_sql', {}, 'sql: expected a string'],
    ['run_sql', { sql: 'SELECT 1', parameters: { a: { b: 1 } } }, 'parameters.a: expected'],
    [
      'run_sql',
      { sql: 'SELECT 1', parameters: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`p${at}`, 1])) },
      '100 parameters; got 101',
    ],
    ['sweep', { plan: '../../etc' }, 'plan: expected the `plan` of an earlier call'],
    [
      'list_environments',
      Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, 1])),
      'k9: unknown key',
    ],
    ['format_disk', {}, 'There is no tool "format_disk"'],
  ])('refuses the arguments of %s: %j', async (name, args, why) => {
    const refused = await server.call(name, args);
    expect(refused).toMatchObject({ isError: true, value: { error: { effect: 'none' } } });
    expect(refused.text).toContain(why);
    expect(refused.text.length).toBeLessThan(4_000);
  });
});
