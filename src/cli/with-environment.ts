import type { Batches } from '../batch/batches.ts';
import type { Sessions } from '../session/sessions.ts';
import { chooseEnvironment, sayDefault } from './chosen-environment.ts';
import type { CommandContext } from './terminal.ts';
import { commandLogger } from './command-logger.ts';

/** Opens the sessions that the command line asks for, and closes them whatever happens. */
export async function withSessions<T>(context: CommandContext, use: (sessions: Sessions) => Promise<T>): Promise<T> {
  const { openSessions } = await import('../open-sessions.ts');
  const sessions = await context.terminal.load(async () => {
    const request = await chooseEnvironment(context, () => {
      sayDefault(context);
    });
    // A provider of run batches is refused when it is opened.
    return openSessions({ ...request, logger: commandLogger(context) } as Parameters<typeof openSessions>[0]);
  });
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
  const { openBatches } = await import('../open-batches.ts');
  const batches = await context.terminal.load(async () => {
    return openBatches((await chooseEnvironment(context)) as Parameters<typeof openBatches>[0]);
  });
  try {
    return await use(batches);
  } finally {
    await batches.close();
  }
}
