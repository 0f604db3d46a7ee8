import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { TestContext } from 'vitest';
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

/** An agent: the client of the SDK on the stdin and stdout of a real server process. */
export async function agent(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  { cwd, words = [], env = {}, answers }: AgentOptions,
) {
  const questions: string[] = [];
  const left = [...(answers ?? [])];
  const [command, ...args] = PROGRAM;
  const transport = new StdioClientTransport({
    command,
    args: [...args, 'mcp', ...words],
    cwd,
    env: { ...(process.env as Record<string, string>), ANYSESSION_ENV: '', ...env },
    stderr: 'pipe',
  });
  const output = { stderr: '' };
  transport.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
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
  onTestFinished(() => client.close());
  await client.connect(transport);
  // The client checks structured content against the schemas that it has listed.
  const { tools } = await client.listTools();
  const { pid } = transport;
  return {
    client,
    tools,
    questions,
    output,
    pid: pid ?? 0,
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
    /** Closes stdin, as clients do, and waits until the process has ended. */
    async end(): Promise<void> {
      await client.close();
      await processEnd(pid ?? 0);
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
