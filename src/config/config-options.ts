import type { ProviderPlugin } from '../contract/provider-plugin.ts';
import type { SessionSize } from '../contract/start-request.ts';

/** What `start()` uses in an environment where the call itself says nothing: the block `session` of the config file. */
export interface SessionDefaults {
  /** How long a session may be idle before its service ends it, milliseconds, 1 or more. */
  readonly idleTimeoutMs?: number;
  /** How long a session may live at all, milliseconds, 1 or more. */
  readonly maxLifetimeMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly size?: SessionSize;
  readonly sparkConf?: Readonly<Record<string, string>>;
}

/** One environment as it is written: the provider's own options stand flat beside `provider` and `session`. */
export interface EnvironmentOptions {
  /** A built-in provider's id (`'local'`), or the import specifier of anybody's (`'@acme/anysession-livy'`, `'./livy.ts'`). */
  readonly provider: string;
  readonly session?: SessionDefaults;
  readonly [option: string]: unknown;
}

/** What `anysession.config.*` holds, and what may be given as an object in its place. */
export interface ConfigOptions {
  /** Files that this one builds on, relative to it; a later one wins over an earlier one, this file over all. */
  readonly extends?: string | readonly string[];
  /** The environment to take when neither the caller nor `ANYSESSION_ENV` names one. */
  readonly defaultEnvironment?: string;
  /** Who pays, 1..63 characters of `[a-z0-9_-]`; by default made from the user and the host name. */
  readonly owner?: string;
  readonly environments?: Readonly<Record<string, EnvironmentOptions>>;
}

/** Where the configuration comes from and which part of it is meant. */
export interface ConfigRequest {
  /** A file's path, relative to `cwd`, or the configuration itself; by default the nearest `anysession.config.*`. */
  readonly config?: string | ConfigOptions | undefined;
  /** Wins over `ANYSESSION_ENV` and over `defaultEnvironment`. */
  readonly environment?: string | undefined;
  /** Where the search begins; by default the process's working directory. */
  readonly cwd?: string | undefined;
  /** The variables for `${VAR}` and `ANYSESSION_ENV`; by default those of the process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** One environment, read and checked: everything that is needed to build its provider. */
export interface EnvironmentConfig {
  /** The config file's absolute path; `undefined` when the configuration was given as an object. */
  readonly file: string | undefined;
  /** The environment's name. */
  readonly environment: string;
  /** Who pays, 1..63 characters of `[a-z0-9_-]`. */
  readonly owner: string;
  readonly plugin: ProviderPlugin;
  /** What the plugin's own `parseOptions` made of the environment's options. */
  readonly providerConfig: unknown;
  readonly session: SessionDefaults;
}
