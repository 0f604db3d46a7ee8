import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Readable, Writable } from 'node:stream';
import type { Logger } from '../contract/ports.ts';
import { SessionError } from '../contract/session-error.ts';
import { checkOptions } from '../provider-kit/option-shape.ts';
import { systemClock } from '../session/system-ports.ts';
import { AgentEnvironments, type EnvironmentSource } from './agent-environments.ts';
import { AgentSessions } from './agent-sessions.ts';
import { askThrough } from './confirmation.ts';
import type { Lookup } from './lookup.ts';
import { MAX_CALLS, MAX_MESSAGE_BYTES } from './limits.ts';
import type { McpSdk } from './load-sdk.ts';
import { SpendBudget } from './spend-budget.ts';
import { toolFailure, toSessionError } from './tool-error.ts';
import { outputSchema, type Desk, type Tool, type ToolCall } from './tool.ts';
import { TOOLS } from './tools.ts';

/** What a server needs. */
export interface McpServerParts {
  readonly sdk: McpSdk;
  readonly version: string;
  readonly source: EnvironmentSource;
  readonly lookup: Lookup;
  /** What all sessions may cost together, in the currency of their environment. */
  readonly maxSpend: number | undefined;
  /** Whether billed sessions start without a question. */
  readonly isStartAllowed: boolean;
  readonly logger: Logger;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Ends the server. */
  readonly signal: AbortSignal;
}

const INSTRUCTIONS =
  'Runs SQL in Spark sessions of clouds and of the local engine. Call list_environments, then start_session or list_sessions, then run_sql. Sessions of clouds cost money while they live: use one for many statements, and end it with terminate_session. If a tool says that the user declined, do not try another way.';

/**
 * Serves tools until the client closes stdin or the signal aborts. Then it ends the sessions that were started and not kept.
 * @throws SessionError `invalid-request` for a message that is too long; AggregateError of sessions that could not be ended.
 */
export async function serveMcp(parts: McpServerParts): Promise<void> {
  const { sdk, stdin, stdout, logger } = parts;
  const environments = new AgentEnvironments(parts.source);
  const started = new AgentSessions({ clock: systemClock, logger });
  const budget = new SpendBudget(parts.maxSpend);
  const ending = new AbortController();
  const { isStartAllowed, lookup } = parts;
  const server = createServer(parts, { environments, started, budget, isStartAllowed, lookup }, ending.signal);
  const transport = new sdk.StdioServerTransport(stdin, stdout, { maxBufferSize: MAX_MESSAGE_BYTES });
  try {
    await untilEnd(server, transport, parts);
  } finally {
    ending.abort(new SessionError('aborted', 'The server is ending', { operation: 'mcp', effect: 'unknown' }));
    started.release();
    await environments.close();
    await server.close();
    // A client that keeps the pipe open would keep the process alive.
    stdin.destroy();
  }
}

async function untilEnd(
  server: McpServer,
  transport: InstanceType<McpSdk['StdioServerTransport']>,
  { stdin, signal, logger }: McpServerParts,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      resolve();
    };
    for (const event of ['end', 'close', 'error']) stdin.once(event, end);
    signal.addEventListener('abort', end);
    server.server.onerror = (error) => {
      logger.warn({ error }, 'a message of the client is no message of the protocol');
    };
    server.server.onclose = () => {
      const message = `The client sent a message of more than ${MAX_MESSAGE_BYTES} bytes. The server ends`;
      reject(new SessionError('invalid-request', message, { operation: 'mcp' }));
    };
    server.connect(transport).catch(reject);
    if (signal.aborted) end();
  });
  server.server.onclose = () => {};
}

function createServer({ sdk, version, logger }: McpServerParts, desk: Desk, ending: AbortSignal): McpServer {
  const info = { name: 'anysession', title: 'anysession', version };
  const mcp = new sdk.McpServer(info, { instructions: INSTRUCTIONS });
  const { server } = mcp;
  // The schemas are ours, so the handlers are too: the SDK would derive them from another library's.
  server.registerCapabilities({ tools: {} });
  server.setRequestHandler(sdk.ListToolsRequestSchema, () => ({ tools: TOOLS.map(listed) }));
  let running = 0;
  server.setRequestHandler(sdk.CallToolRequestSchema, async ({ params }, extra) => {
    running += 1;
    try {
      if (running > MAX_CALLS) throw tooManyCalls();
      const tool = TOOLS.find(({ name }) => name === params.name);
      if (tool === undefined) throw unknownTool(params.name);
      const args = params.arguments ?? {};
      assertArguments(tool, args);
      const { progressToken } = params._meta ?? {};
      let steps = 0;
      const call: ToolCall = {
        signal: AbortSignal.any([extra.signal, ending]),
        ask: askThrough(mcp),
        progress: (message) => {
          if (progressToken === undefined) return;
          const progress = { progressToken, progress: (steps += 1), message };
          void extra.sendNotification({ method: 'notifications/progress', params: progress }).catch(() => {});
        },
      };
      return success(await tool.run(desk, args as never, call));
    } catch (thrown) {
      const error = toSessionError(thrown);
      if (error.kind === 'internal')
        logger.error({ error, cause: error.cause }, `the tool ${params.name.slice(0, 40)} failed`);
      return toolFailure(error);
    } finally {
      running -= 1;
    }
  });
  return mcp;
}

function listed(tool: Tool): {
  name: string;
  title: string;
  description: string;
  inputSchema: { type: 'object' };
  outputSchema: { type: 'object' };
  annotations: object;
} {
  const { name, title, description, input, changes, confirms } = tool;
  const annotations = {
    title,
    readOnlyHint: changes === 'nothing',
    destructiveHint: changes === 'something' && confirms !== undefined,
    openWorldHint: true,
  };
  return { name, title, description, inputSchema: input, outputSchema: outputSchema(tool), annotations };
}

function success(value: object): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(value) }],
    structuredContent: value as Record<string, unknown>,
  };
}

/** Problems that one error lists. */
const MAX_PROBLEMS = 10;

/** @throws SessionError `invalid-request` with one line per problem. */
function assertArguments({ name, input }: Tool, args: unknown): void {
  const problems = checkOptions(args, input).slice(0, MAX_PROBLEMS);
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => `${path.join('.').slice(0, 100) || 'arguments'}: ${message}`);
  throw new SessionError('invalid-request', `Wrong arguments of ${name}: ${lines.join('; ')}`, { operation: 'mcp' });
}

function unknownTool(name: string): SessionError {
  const advice = `Tools: ${TOOLS.map((tool) => tool.name).join(', ')}`;
  const message = `There is no tool ${JSON.stringify(name.slice(0, 100))}`;
  return new SessionError('not-found', message, { operation: 'mcp', advice });
}

function tooManyCalls(): SessionError {
  const message = `${MAX_CALLS} calls are running, which is the most`;
  return new SessionError('quota-exceeded', message, { operation: 'mcp', advice: 'Call again when one has ended.' });
}
