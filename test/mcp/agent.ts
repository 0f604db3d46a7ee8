import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'vitest';
import { runCli } from '../../src/cli/run-cli.ts';
import { terminalOn } from '../cli/cli-run.ts';
import { PROGRAM } from '../cli/process.ts';

/** How the user answers a question. */
export type Answer =
  | { readonly action: 'accept'; readonly content: Readonly<Record<string, unknown>> }
  | { readonly action: 'decline' | 'cancel' };

export const YES: Answer = { action: 'accept', content: { confirm: true } };

/** What a call of a tool returned. */
export interface ToolResult {
  readonly isError?: boolean;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** How an agent is started. */
export interface AgentOptions {
  readonly cwd: string;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Answers of the user, in turn; the last one counts for all later ones. Without them the client cannot ask. */
  readonly answers?: readonly (Answer | (() => Promise<Answer>))[];
}

/** A server: the way to it, what it has written to stderr, and its end. */
interface Server {
  readonly transport: Transport;
  readonly output: { stderr: string };
  readonly ended: () => Promise<unknown>;
}

/** An agent: the client of the SDK on the stdin and stdout of the command line, which runs in this process. */
export async function agent(context: Pick<TestContext, 'onTestFinished'>, options: AgentOptions) {
  return connected(context, options, serverHere(options));
}

/** An agent whose server is a process. */
export async function agentOfProcess(context: Pick<TestContext, 'onTestFinished'>, options: AgentOptions) {
  const [command, ...args] = PROGRAM;
  const { cwd, words = [], env = {} } = options;
  const transport = new StdioClientTransport({
    command,
    args: [...args, 'mcp', ...words],
    cwd,
    env: { ...(process.env as Record<string, string>), ANYSESSION_ENV: '', ...env },
    stderr: 'pipe',
  });
  const output = { stderr: '' };
  transport.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  // Until it is connected there is no process to wait for.
  let pid = 0;
  const ended = async (): Promise<void> => {
    if (pid > 0) await processEnd(pid);
  };
  const connection = await connected(context, options, { transport, output, ended });
  pid = transport.pid ?? 0;
  return { ...connection, pid };
}

function serverHere({ cwd, words = [], env = {} }: AgentOptions): Server {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const output = { stderr: '' };
  stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = runCli(['mcp', ...words], terminalOn({ stdin, stdout, stderr }, { cwd, env }));
  // Messages are lines in both directions, so the transport of a server serves a client too. It leaves its streams open.
  const transport = new StdioServerTransport(stdout, stdin);
  return {
    transport,
    output,
    ended: () => {
      stdin.end();
      return ended;
    },
  };
}

async function connected(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  { answers }: AgentOptions,
  { transport, output, ended }: Server,
) {
  const questions: string[] = [];
  const left = [...(answers ?? [])];
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: answers === undefined ? {} : { elicitation: {} } },
  );
  if (answers !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      questions.push(params.message);
      const answer = left.length > 1 ? left.shift() : left[0];
      return (typeof answer === 'function' ? await answer() : answer) as never;
    });
  }
  /** Closes stdin, as clients do, and waits until the server has ended. */
  const end = async (): Promise<void> => {
    await client.close();
    await ended();
  };
  onTestFinished(end);
  await client.connect(transport);
  // The client checks structured content against the schemas that it has listed.
  const { tools } = await client.listTools();
  return {
    client,
    tools,
    questions,
    output,
    end,
    async call(name: string, args: object = {}, options: object = {}): Promise<ToolResult> {
      const result = await client.callTool({ name, arguments: args as Record<string, unknown> }, undefined, {
        timeout: 60_000,
        ...options,
      });
      const {
        content,
        structuredContent: value,
        isError,
      } = result as {
        content: { text: string }[];
        structuredContent: ToolResult['value'];
        isError?: boolean;
      };
      return { ...(isError === true && { isError }), text: content.map(({ text }) => text).join('\n'), value };
    },
  };
}

/** The id of the session that a tool has returned. */
export function idOf({ value, text }: ToolResult): string {
  const { session } = value as { readonly session?: { readonly id: string } };
  if (session === undefined) throw new Error(text);
  return session.id;
}

/** Resolves when a process has ended. */
export async function processEnd(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
