import { readConfig } from '../config/read-config.ts';
import { SessionError } from '../contract/session-error.ts';
import type { Sessions } from '../session/sessions.ts';
import { chooseEnvironment } from './chosen-environment.ts';
import type { CommandContext } from './terminal.ts';
import { withSessions } from './with-environment.ts';

/** What came of each environment: a result or the error. */
export interface EnvironmentOutcomes<T> {
  readonly results: readonly T[];
  readonly failures: readonly unknown[];
}

/** Uses the sessions of every environment of the config file, one after the other. Those of run batches are left out. */
export async function withEveryEnvironment<T>(
  context: CommandContext,
  use: (sessions: Sessions) => Promise<T>,
): Promise<EnvironmentOutcomes<T>> {
  const results: T[] = [];
  const failures: unknown[] = [];
  for (const environment of await namesOf(context)) {
    try {
      results.push(await withSessions({ ...context, environment }, use));
    } catch (error) {
      const hasBatches = SessionError.is(error, 'unsupported') && error.operation === 'open';
      if (!hasBatches) failures.push(error);
      if (context.terminal.signal.aborted) break;
    }
  }
  return { results, failures };
}

async function namesOf(context: CommandContext): Promise<readonly string[]> {
  if (context.environment !== undefined || context.provider !== undefined) {
    const message = 'Use either --all-environments or one environment with --env or --provider, not both.';
    throw new SessionError('invalid-request', message, { operation: 'cli' });
  }
  const request = await chooseEnvironment(context);
  return context.terminal.load(async () => {
    if (request.provider !== undefined) return [];
    return Object.keys((await readConfig(request)).environments);
  });
}
