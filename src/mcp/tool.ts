import type { ObjectShape } from '../provider-kit/option-shape.ts';
import type { AgentSessions } from './agent-sessions.ts';
import type { AgentEnvironments } from './agent-environments.ts';
import type { Ask } from './confirmation.ts';
import type { Lookup } from './lookup.ts';
import type { SpendBudget } from './spend-budget.ts';

/** What all tools use. */
export interface Desk {
  readonly environments: AgentEnvironments;
  /** The sessions that this server has started. */
  readonly started: AgentSessions;
  /** What they may cost together. */
  readonly budget: SpendBudget;
  /** Whether billed sessions start without a question, within the budget. */
  readonly isStartAllowed: boolean;
  readonly lookup: Lookup;
}

/** What one call of a tool has. */
export interface ToolCall {
  /** Aborts when the client cancels the call and when the server ends. */
  readonly signal: AbortSignal;
  /** Asks the user. */
  readonly ask: Ask;
  /** Reports progress, if the client asked for it. */
  readonly progress: (message: string) => void;
}

/** A part of a JSON Schema. */
export type OutputShape = Readonly<Record<string, unknown>>;

/** One row of the table of tools. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  /** For the model. */
  readonly description: string;
  /** When the user is asked, for people; absent where never. */
  readonly confirms?: string;
  readonly input: ObjectShape & { readonly properties: NonNullable<ObjectShape['properties']> };
  /** The members of the structured result. */
  readonly output: Readonly<Record<string, OutputShape>>;
  /** Those that every result has. */
  readonly always: readonly string[];
  readonly changes: 'nothing' | 'something';
  readonly run: (desk: Desk, args: never, call: ToolCall) => Promise<object>;
}

/** The JSON Schema of a tool's structured content: its result, or the error. Clients check errors against it too. */
export function outputSchema({ output, always }: Pick<Tool, 'output' | 'always'>): OutputShape & { type: 'object' } {
  return {
    type: 'object',
    properties: { ...output, error: ERROR_SHAPE },
    anyOf: [{ required: always }, { required: ['error'] }],
  };
}

const text = { type: 'string' } as const;

const ERROR_SHAPE = {
  type: 'object',
  properties: { kind: text, message: text, advice: text, retry: text, effect: text },
  required: ['kind', 'message', 'retry', 'effect'],
} as const;
