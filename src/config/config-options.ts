import type { AnyPlugin, ConfiguredBatchProvider, ConfiguredProvider } from '../contract/provider-plugin.ts';
import type { Prices } from '../contract/usage.ts';
import type { SessionDefaults } from '../contract/session-defaults.ts';

/** One environment of a configuration: the provider's own options are beside `provider` and `session`. */
export interface EnvironmentOptions {
  /** A built-in provider's id (`'local'`), or the import specifier of another (`'@acme/anysession-livy'`, `'./livy.ts'`). */
  readonly provider: string;
  /** Defaults of every `start()` in this environment. */
  readonly session?: SessionDefaults | undefined;
  /** What resources cost in this environment. */
  readonly prices?: Prices | undefined;
  /** What all sessions that one process starts here may cost together, in the currency of `prices`; above 0. */
  readonly maxSpend?: number | undefined;
  readonly [option: string]: unknown;
}

/** The content of `anysession.config.*`, or the object that replaces it. */
export interface ConfigOptions {
  /** Files to inherit from, relative to this one. A later file wins over an earlier one, this file over all. */
  readonly extends?: string | readonly string[] | undefined;
  /** The environment to use when neither the caller nor `ANYSESSION_ENV` names one. */
  readonly defaultEnvironment?: string | undefined;
  /** Who pays, 1..63 characters of `[a-z0-9_-]`; by default made from the user and the host name. */
  readonly owner?: string | undefined;
  readonly environments?: Readonly<Record<string, EnvironmentOptions>> | undefined;
}

/** Which environment of which config file. */
export interface ConfigRequest {
  readonly provider?: undefined;
  /** The path of a config file, relative to `cwd`, or the configuration itself; by default the nearest `anysession.config.*`. */
  readonly config?: string | ConfigOptions | undefined;
  /** The environment's name. Wins over `ANYSESSION_ENV` and `defaultEnvironment`. */
  readonly environment?: string | undefined;
  /** The folder where the search begins; by default the process's working directory. */
  readonly cwd?: string | undefined;
  /** The variables for `${VAR}`, for `ANYSESSION_ENV` and for options that are left out; by default those of the process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** An environment given in code. */
export interface ProviderRequest<Provider = ConfiguredProvider | ConfiguredBatchProvider> {
  /** What a provider's own function returns: `athena({ region, workgroup })`. */
  readonly provider: Provider;
  /** The environment's name, as `sessions.environment` returns it; by default the provider's id. */
  readonly environment?: string | undefined;
  /** Defaults of every `start()`. */
  readonly session?: SessionDefaults | undefined;
  /** What resources cost. */
  readonly prices?: Prices | undefined;
  /** What all sessions that this process starts may cost together, in the currency of `prices`; above 0. */
  readonly maxSpend?: number | undefined;
  /** Who pays, 1..63 characters of `[a-z0-9_-]`; by default made from the user and the host name. */
  readonly owner?: string | undefined;
  /** The variables for options that are left out, such as `AWS_REGION`; by default those of the process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** One environment, read and checked. */
export interface EnvironmentConfig {
  /** The config file's absolute path; `undefined` without a file. */
  readonly file: string | undefined;
  /** The environment's name. */
  readonly environment: string;
  /** Who pays, 1..63 characters of `[a-z0-9_-]`. */
  readonly owner: string;
  readonly plugin: AnyPlugin;
  /** The options as the plugin's `parseOptions` returned them. */
  readonly providerConfig: unknown;
  readonly session: SessionDefaults;
  readonly prices?: Prices | undefined;
  readonly maxSpend?: number | undefined;
}
