import { ERROR_KINDS } from '../../contract/error-kinds.ts';
import { raceAbort } from '../../provider-kit/race-abort.ts';
import { runChild } from '../child-process.ts';
import { reportError } from '../error-report.ts';
import { startupEnvironment } from '../kernel/startup-file.ts';
import { withSparkProxy, type OpenProxy, type ProxyFlags } from '../spark-proxy.ts';
import { warn, type CommandContext } from '../terminal.ts';

/** The options of `anysession exec`. */
interface ExecOptions extends ProxyFlags {
  readonly eager?: boolean;
}

/** Runs a command whose Spark clients find a session in SPARK_REMOTE; returns the command's exit code. A dry run does not run it. */
export async function runExec(
  context: CommandContext,
  command: readonly string[],
  { eager = false, ...flags }: ExecOptions,
): Promise<number> {
  const { terminal, json, verbose, dryRun } = context;
  let exitCode: number | undefined;
  try {
    await withSparkProxy(context, { ...flags, defaultName: 'anysession exec' }, async (open) => {
      const session = eager
        ? (await raceAbort(open.startNow(), terminal.signal, 'exec')).handle.id
        : (flags.session ?? (flags.key && `key:${flags.key}`));
      exitCode = await runChild(context, command, childEnvironment(context, open, session));
      for (const error of await open.endedUnseen()) warn(terminal, reportError(error, json, terminal.choice).text);
      if (verbose === true && !eager && !open.isUsed()) {
        warn(terminal, 'The command made no Spark call, so no session was started.\n');
      }
    });
  } catch (error) {
    if (exitCode === undefined || exitCode === 0) throw error;
    // The command has failed, and its exit code is ours.
    warn(terminal, reportError(error, json, terminal.choice).text);
  }
  return exitCode ?? (dryRun === undefined ? ERROR_KINDS.internal.exitCode : 0);
}

/** The key of the proxy is in the environment alone: other users can read the arguments of a process. */
export function childEnvironment(
  { terminal, provider }: CommandContext,
  { proxy, sessions }: OpenProxy,
  session: string | undefined,
): NodeJS.ProcessEnv {
  return {
    ...terminal.env,
    ...startupEnvironment(terminal.env),
    SPARK_REMOTE: proxy.url,
    // Undefined removes the variable, which may be that of an outer `exec`.
    ANYSESSION_SESSION: session,
    ANYSESSION_ENV: provider === undefined ? sessions.environment : undefined,
  };
}
