import { SessionError } from '../../contract/session-error.ts';
import type { EnvironmentSource } from '../../mcp/agent-environments.ts';
import { silentLogger } from '../../session/system-ports.ts';
import type { Sessions } from '../../session/sessions.ts';
import { environmentLogger } from '../../telemetry/environment-logger.ts';
import { chooseEnvironment, sayDefault, type ChosenEnvironment } from '../chosen-environment.ts';
import { commandLogger } from '../command-logger.ts';
import { packageVersion } from '../package-version.ts';
import { findSession } from '../session-address.ts';
import type { CommandContext } from '../terminal.ts';
import { toJson } from '../value-text.ts';
import { observers } from '../with-environment.ts';

/** The options of `anysession mcp`. */
interface McpOptions {
  readonly allowStart?: boolean;
  readonly maxSpend?: number;
}

/** Serves the Model Context Protocol on stdin and stdout until stdin closes or a signal comes. */
export async function runMcp(context: CommandContext, options: McpOptions): Promise<void> {
  const { terminal } = context;
  const { allowStart = false, maxSpend } = options;
  if (allowStart && maxSpend === undefined) {
    const message =
      '--allow-start lets agents start billed sessions without a question. Add a limit: --max-spend AMOUNT';
    throw new SessionError('invalid-request', message, { operation: 'mcp' });
  }
  const [{ serveMcp }, { loadMcpSdk }] = await Promise.all([
    import('../../mcp/server.ts'),
    import('../../mcp/load-sdk.ts'),
  ]);
  const sdk = await loadMcpSdk();
  const source = await terminal.load(() => environmentsOf(context));
  await serveMcp({
    sdk,
    source,
    version: packageVersion(),
    lookup: { find: (sessions, session, signal) => findSession(sessions, { session }, signal), toJson },
    maxSpend,
    isStartAllowed: allowStart,
    logger: loggerOf(context),
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    signal: terminal.signal,
  });
}

/** The environments that the command line chooses: the one of `--env` or `--provider`, else all that have sessions. */
async function environmentsOf(context: CommandContext): Promise<EnvironmentSource> {
  const request = await chooseEnvironment(context, () => {
    sayDefault(context);
  });
  if (request.provider !== undefined) {
    const { id } = request.provider.plugin;
    return { names: [id], defaultName: id, open: () => open(context, request) };
  }
  const [{ readConfig, selectEnvironment }, { sessionEnvironments }] = await Promise.all([
    import('../../config/read-config.ts'),
    import('../../config/environment-names.ts'),
  ]);
  const source = await readConfig(request);
  const all = await sessionEnvironments(request);
  const { environment } = context;
  const selected = selectEnvironment(source, environment);
  if (environment !== undefined && selected.name === undefined) {
    throw new SessionError('config-invalid', selected.message, { operation: 'open' });
  }
  const names = environment === undefined ? all : [environment];
  const defaultName = selected.name !== undefined && names.includes(selected.name) ? selected.name : undefined;
  return { names, defaultName, open: (name) => open(context, { ...request, environment: name }) };
}

async function open(context: CommandContext, request: ChosenEnvironment): Promise<Sessions> {
  const { openSessions } = await import('../../open-sessions.ts');
  const options = { ...request, ...observers(context) };
  return openSessions(options as Parameters<typeof openSessions>[0]);
}

function loggerOf(context: CommandContext): typeof silentLogger {
  return commandLogger(context) ?? environmentLogger(context.terminal.env) ?? silentLogger;
}
