import type { Batches } from '../batch/batches.ts';
import type { Sessions } from '../session/sessions.ts';
import type { CommandContext } from './terminal.ts';

/** Opens the sessions that the command line asks for, and closes them whatever happens. */
export async function withSessions<T>(context: CommandContext, use: (sessions: Sessions) => Promise<T>): Promise<T> {
  const { config, environment, terminal } = context;
  const { openSessions } = await import('../open-sessions.ts');
  const request = { config, environment, cwd: terminal.cwd, env: terminal.env };
  const sessions = await terminal.load(() => openSessions(request));
  const outcome = await use(sessions).catch(async (error: unknown) => {
    await sessions.close().catch((second: unknown) => {
      throw new AggregateError([error, second]);
    });
    throw error;
  });
  await sessions.close();
  return outcome;
}

/** Opens the run batches that the command line asks for, and lets go of the connections whatever happens. */
export async function withBatches<T>(context: CommandContext, use: (batches: Batches) => Promise<T>): Promise<T> {
  const { config, environment, terminal } = context;
  const { openBatches } = await import('../open-batches.ts');
  const request = { config, environment, cwd: terminal.cwd, env: terminal.env };
  const batches = await terminal.load(() => openBatches(request));
  try {
    return await use(batches);
  } finally {
    await batches.close();
  }
}
