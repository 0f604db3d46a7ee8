import type { Capabilities } from './capabilities.ts';
import type { Clock, Logger, Random } from './ports.ts';
import type { SessionProvider } from './session-provider.ts';
import type { SparkConnectFactory } from './spark-connect.ts';

/** The version of the contract between the core and a provider. */
export const CONTRACT_VERSION = 1;

/** One thing that is wrong with a piece of configuration. */
export interface OptionProblem {
  /** Where, from the provider's options down. */
  readonly path: readonly (string | number)[];
  /** What was expected there and what was found, in one sentence. */
  readonly message: string;
}

/** What reading a provider's options gave: its config, or all that is wrong at once. */
export type ParsedOptions<Config> =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly OptionProblem[] };

/** What a provider may use of the world outside; injected, so that tests own time and chance. */
export interface ProviderPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** For a provider whose own engine speaks Spark Connect; absent where nobody brings a client. */
  readonly sparkConnect?: SparkConnectFactory;
}

/**
 * A provider as plain data, before anything runs: knows no container, loads no SDK.
 * @typeParam Config - the provider's parsed options, nothing optional.
 */
export interface ProviderPlugin<Config = unknown> {
  readonly contractVersion: typeof CONTRACT_VERSION;
  readonly id: string;
  /** What it is, in one line for tables and `config init`. */
  readonly summary: string;
  /** What its sessions can do with default options; a created provider says what its own can. */
  readonly capabilities: Capabilities;
  /** JSON Schema of the options, for editors and for "did you mean". */
  optionsSchema(): Readonly<Record<string, unknown>>;
  /** Options that may come from the environment: option name → variable name. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  parseOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<Config>;
  /** Makes a provider without any I/O; SDKs and engines load at its first call. */
  create(config: Config, ports: ProviderPorts): SessionProvider;
}

/** Keeps a plugin's own config type while it is written, and forgets it where plugins are handled alike. */
export function definePlugin<Config>(plugin: ProviderPlugin<Config>): ProviderPlugin {
  // Safe: the core only ever hands `create` what the same plugin's `parseOptions` made.
  return plugin;
}
