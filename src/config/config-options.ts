import type { AnyPlugin } from '../contract/provider-plugin.ts';
import type { SessionDefaults } from '../contract/session-defaults.ts';

/** One environment as it is written: the provider's own options stand flat beside `provider` and `session`. */
export interface EnvironmentOptions {
  /** A built-in provider's id (`'local'`), or the import specifier of anybody's (`'@acme/anysession-livy'`, `'./livy.ts'`). */
  readonly provider: string;
  /** What `start()` uses here where the call itself says nothing. */
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
  readonly plugin: AnyPlugin;
  /** What the plugin's own `parseOptions` made of the environment's options. */
  readonly providerConfig: unknown;
  readonly session: SessionDefaults;
}
