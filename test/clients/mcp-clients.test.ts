import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TOOLS } from '../../src/mcp/tools.ts';
import { cloud } from '../cli/clouds.ts';
import { PROGRAM, run } from '../cli/process.ts';
import { installedClients } from './clients.ts';
import { inspectorCommand } from './mcp-inspector.ts';
import { unended } from '../emulator/unended.ts';

const NAMES = TOOLS.map(({ name }) => name);
const { mcp: python } = installedClients();

/** An emulated Athena with prices. */
const priced = () => cloud('athena', { onTestFinished }, 0, { more: ', prices: { currency: EUR, dpuHour: 0.35 }' });

describe.runIf(python !== undefined)('anysession mcp with the client of the Python package mcp', () => {
  it('asks the user, starts, runs SQL, reports usage and ends', async () => {
    const { cwd, emulator } = await priced();
    const client = fileURLToPath(new URL('mcp-client.py', import.meta.url));
    const { code, stdout, stderr } = await run([python ?? '', client, ...PROGRAM, 'mcp'], { cwd }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { tools, results, questions } = JSON.parse(stdout) as {
      readonly tools: readonly string[];
      readonly results: Readonly<Record<string, { readonly isError: boolean; readonly value: unknown }>>;
      readonly questions: readonly string[];
    };
    expect(tools).toEqual(NAMES);
    expect(questions[0]).toContain('It ends when it has cost 2.00 EUR.');
    expect(questions[1]).toContain('"DROP TABLE t"');
    expect(questions).toHaveLength(2);
    expect(results).toMatchObject({
      environments: { isError: false, value: { environments: [{ name: 'dev', isBilled: true }] } },
      start: { isError: false, value: { session: { startedByThisServer: true, maxSpend: 2 } } },
      wait: { isError: false, value: { isReady: true } },
      sql: { isError: false, value: { rows: [[42]], isComplete: true } },
      write: { isError: true, value: { error: { kind: 'aborted', effect: 'none' } } },
      wrong: { isError: true, value: { error: { kind: 'invalid-request' } } },
      usage: { isError: false, value: { total: { unknown: 0 } } },
      end: { isError: false, value: { session: { state: 'terminated' } } },
    });
    expect(unended(emulator)).toEqual([]);
  });
});

describe('anysession mcp with the MCP Inspector', () => {
  let inspector: readonly string[];

  beforeAll(async () => {
    inspector = await inspectorCommand();
  }, 600_000);

  const inspect = async (cwd: string, server: readonly string[], ...words: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run([...inspector, '--cli', ...PROGRAM, 'mcp', ...server, ...words], { cwd })
      .ended;
    // The inspector may exit with 1 for a result that is an error.
    if (!stdout.trimStart().startsWith('{')) throw new Error(`${String(code)}: ${stdout}${stderr}`);
    return JSON.parse(stdout);
  };

  it('lists the tools', async () => {
    const { cwd } = await priced();
    const { tools } = (await inspect(cwd, [], '--method', 'tools/list')) as {
      readonly tools: readonly { name: string }[];
    };
    expect(tools.map(({ name }) => name)).toEqual(NAMES);
  });

  it('calls a tool, is refused what needs a question, and starts within --allow-start', async () => {
    const { cwd, calls, emulator } = await priced();
    const call = (server: readonly string[], tool: string, ...args: readonly string[]) =>
      inspect(
        cwd,
        server,
        '--method',
        'tools/call',
        '--tool-name',
        tool,
        ...args.flatMap((arg) => ['--tool-arg', arg]),
      );
    expect(await call([], 'list_environments')).toMatchObject({
      structuredContent: { environments: [{ name: 'dev' }] },
    });
    expect(await call([], 'start_session', 'maxSpend=1')).toMatchObject({
      isError: true,
      structuredContent: { error: { effect: 'none' } },
    });
    expect(calls()).not.toContain('StartSession');
    expect(await call(['--allow-start', '--max-spend', '3'], 'start_session', 'maxSpend=1')).toMatchObject({
      structuredContent: { session: { maxSpend: 1 } },
    });
    expect(calls()).toContain('StartSession');
    // The server ends with the inspector, and its session with the server.
    await expect.poll(() => unended(emulator)).toEqual([]);
  });
});
