import type { Batches } from '../batch/batches.ts';
import type { EnvironmentConfig } from '../config/config-options.ts';
import type { OpenPorts, OpenRequest } from '../open-request.ts';
import { onAbort } from '../provider-kit/on-abort.ts';
import type { Sessions } from '../session/sessions.ts';
import { chooseEnvironment, sayDefault } from './chosen-environment.ts';
import { CLEAR_LINE } from './status-line.ts';
import { note, type CommandContext, type Terminal } from './terminal.ts';
import { commandLogger } from './command-logger.ts';
import { requestLog } from './request-log.ts';

/** An end that takes longer than this needs an explanation, milliseconds. */
const LATE_MS = 300;

/** Opens the sessions that the command line asks for, and closes them whatever happens. */
export async function withSessions<T>(
  context: CommandContext,
  use: (sessions: Sessions, config: EnvironmentConfig) => Promise<T>,
): Promise<T> {
  const [{ openEnvironment }, { openSessionsOf }] = await Promise.all([
    import('../open-request.ts'),
    import('../open-sessions.ts'),
  ]);
  const { sessions, config } = await context.terminal.load(async () => {
    const request = await chooseEnvironment(context, () => {
      sayDefault(context);
    });
    const config = await openEnvironment(request as OpenRequest);
    // A provider of run batches is refused here.
    const sweepOnOpen = context.dryRun === undefined;
    return { sessions: await openSessionsOf(config, { ...request, ...observers(context), sweepOnOpen }), config };
  });
  const outcome = await use(sessions, config).catch(async (error: unknown) => {
    await closeSaying(sessions, context.terminal).catch((second: unknown) => {
      throw new AggregateError([error, second]);
    });
    throw error;
  });
  await closeSaying(sessions, context.terminal);
  return outcome;
}

/** Closes the sessions. Where the service takes a while to end one after Ctrl-C, it says so and how to give up. */
async function closeSaying(sessions: Sessions, terminal: Terminal): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const stopListening = onAbort(terminal.signal, () => {
    late = setTimeout(() => {
      const what = `${sessions.environment}: ending the session on ${sessions.provider.id} …`;
      note(terminal, `${CLEAR_LINE}${what} Ctrl-C again exits at once and may leave it running.`);
    }, LATE_MS);
  });
  try {
    await sessions.close();
  } finally {
    stopListening();
    clearTimeout(late);
  }
}

/** Opens the run batches that the command line asks for, and lets go of the connections whatever happens. */
export async function withBatches<T>(context: CommandContext, use: (batches: Batches) => Promise<T>): Promise<T> {
  const { openBatches } = await import('../open-batches.ts');
  const batches = await context.terminal.load(async () => {
    const request = await chooseEnvironment(context);
    return openBatches({ ...request, ...observers(context) } as Parameters<typeof openBatches>[0]);
  });
  try {
    return await use(batches);
  } finally {
    await batches.close();
  }
}

/** What sees the calls of a command: with `--verbose` the log, and in a dry run what stops them. */
export function observers(context: CommandContext): Pick<OpenPorts, 'logger' | 'requests'> {
  const logger = commandLogger(context);
  const log = context.verbose === true && logger !== undefined ? requestLog(logger) : undefined;
  return { logger, requests: context.dryRun ?? log };
}
