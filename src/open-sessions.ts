import type { ConfigRequest, EnvironmentConfig, ProviderRequest } from './config/config-options.ts';
import type { ConfiguredProvider } from './contract/provider-plugin.ts';
import type { OpenPorts } from './open-request.ts';
import type { Sessions } from './session/sessions.ts';

/** What `openSessions` takes beside the environment or the provider. */
export interface OpenSessionsOptions extends OpenPorts {
  /**
   * Ends in the background, a second after opening, the sessions of this scope whose process on this host has died. Sessions with a key
   * are spared, because a start with the key inherits them. Without such sessions it makes no call. Default: true.
   */
  readonly sweepOnOpen?: boolean | undefined;
}

/**
 * Opens the sessions of a provider given in code, such as `athena({ region, workgroup })`.
 * `native` of `sessions.start({ native })` has the provider's own type.
 * @throws SessionError `config-invalid` with every problem of the options; `invalid-request` for options of `openSessions`
 * that do not exist or contradict each other.
 */
export async function openSessions<Native>(
  request: OpenSessionsOptions & ProviderRequest<ConfiguredProvider<Native>>,
): Promise<Sessions<Native>>;
/**
 * Opens the sessions of one environment of the config file: `environment`, else `ANYSESSION_ENV`, else the file's default.
 * Loads the environment's provider and nothing of the others.
 * @throws SessionError `config-invalid` with every problem of the configuration; `invalid-request` for options of
 * `openSessions` that do not exist; `unsupported` when the environment has run batches: use `openBatches`.
 */
export async function openSessions(request?: OpenSessionsOptions & ConfigRequest): Promise<Sessions>;
export async function openSessions(
  request: OpenSessionsOptions & (ConfigRequest | ProviderRequest<ConfiguredProvider>) = {},
): Promise<Sessions> {
  const { openEnvironment } = await import('./open-request.ts');
  return openSessionsOf(await openEnvironment(request, ['sweepOnOpen']), request);
}

/** Opens the sessions of an environment that was read with {@link openEnvironment}. */
export async function openSessionsOf(
  config: EnvironmentConfig,
  options: OpenSessionsOptions & Pick<ConfigRequest, 'env'>,
): Promise<Sessions> {
  const [{ composeSessions, systemPorts }, { assertValue, flag }] = await Promise.all([
    import('./compose.ts'),
    import('./session/option-checks.ts'),
  ]);
  const { sweepOnOpen = true } = options;
  assertValue('open', 'sweepOnOpen', sweepOnOpen, flag);
  const sessions = composeSessions(config, systemPorts(options));
  if (sweepOnOpen) sessions.sweepOnOpen();
  return sessions;
}
