import type { BatchCapabilities, BatchProvider } from './batch-provider.ts';
import type { Capabilities } from './capabilities.ts';
import type { ExchangeObserver } from './exchange.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Clock, Logger, Random, RequestObserver } from './ports.ts';
import type { ServiceProbe } from './service-probe.ts';
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

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The text of an option that was left out, and where it is from, as messages show it: `${AWS_REGION}`. */
export interface FoundOption {
  readonly option: string;
  readonly source: string;
  readonly text: string;
}

/** What a provider may use of the world outside; injected, so that tests own time and chance. */
export interface ProviderPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** For a provider whose own engine speaks Spark Connect; absent where nobody brings a client. */
  readonly sparkConnect?: SparkConnectFactory;
  /** Sees each request to the service; absent where nobody observes. */
  readonly requests?: RequestObserver;
  /** Sees each exchange of the control plane; absent where nobody records. */
  readonly exchanges?: ExchangeObserver | undefined;
}

/** Opens the single calls of a provider, for `anysession verify`. */
export interface ServiceProbes<Config = unknown> {
  /** Does no I/O; the SDK loads at the first call. */
  open(config: Config, ports: ProviderPorts): ServiceProbe;
  /** The bytes of a recorded answer to a gRPC method; absent where the service speaks HTTP with text. */
  readonly encodeAnswer?: (method: string, answer: unknown) => Promise<Uint8Array>;
}

/**
 * What plugins of both kinds are, as plain data, before anything runs: they know no container and load no SDK.
 * @typeParam Config - the provider's parsed options, nothing optional.
 */
export interface PluginBase<Config = unknown> {
  readonly contractVersion: typeof CONTRACT_VERSION;
  readonly id: string;
  /** What it is, in one line for tables and `config init`. */
  readonly summary: string;
  /** JSON Schema of the options, for editors and for "did you mean". */
  optionsSchema(): Readonly<Record<string, unknown>>;
  /** Options that may come from the environment: option name → variable name. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  /**
   * Looks for options that are left out, where a cloud has rules beyond one variable for each: a second variable, a file of its
   * command line. Its answer replaces what the variables hold. Never rejects.
   */
  findOptions?(options: Readonly<Record<string, unknown>>, env: Variables): Promise<readonly FoundOption[]>;
  parseOptions(options: Readonly<Record<string, unknown>>): ParsedOptions<Config>;
}

/** A provider of sessions. */
export interface ProviderPlugin<Config = unknown> extends PluginBase<Config> {
  /** What its sessions can do with default options; a created provider says what its own can. */
  readonly capabilities: Capabilities;
  /** What they can do with these options, for checks of a configuration; absent where no option changes it. */
  capabilitiesOf?(config: Config): Capabilities;
  /** What `anysession doctor` checks; loaded when it runs. */
  diagnosis?(): Promise<Diagnosis<Config>>;
  /** The single calls with which `anysession verify` sees how the service answers; loaded when it runs. */
  probes?(): Promise<ServiceProbes<Config>>;
  /** Makes a provider without any I/O; SDKs and engines load at its first call. */
  create(config: Config, ports: ProviderPorts): SessionProvider;
}

/**
 * A provider of run batches. It has no sessions: `openSessions` refuses its environments and points to `openBatches`.
 * Decision 27: docs/decisions/0027-run-batches-are-separate.md
 */
export interface BatchPlugin<Config = unknown> extends PluginBase<Config> {
  readonly batchCapabilities: BatchCapabilities;
  /** Makes a provider without any I/O; SDKs load at its first call. */
  createBatches(config: Config, ports: ProviderPorts): BatchProvider;
}

/** Any provider that a config file may name. */
export type AnyPlugin = ProviderPlugin | BatchPlugin;

/**
 * A session provider with its options, as `athena({ … })` returns it. The options are checked when the provider is opened.
 * @typeParam Native - the type of `native` in `sessions.start({ native })`
 */
export interface ConfiguredProvider<Native = unknown> {
  readonly plugin: ProviderPlugin;
  /** As the caller wrote them. */
  readonly options: object;
  /** Carries the type `Native`; has no value. */
  readonly nativeType?: Native;
}

/** A provider of run batches with its options, as `healthomics({ … })` returns it. */
export interface ConfiguredBatchProvider {
  readonly plugin: BatchPlugin;
  /** As the caller wrote them. */
  readonly options: object;
}

/** Tells the two kinds of plugins apart. */
export function isBatchPlugin(plugin: AnyPlugin): plugin is BatchPlugin {
  return 'createBatches' in plugin;
}

/** The same for a provider of run batches as {@link definePlugin} for one of sessions. */
export function defineBatchPlugin<Config>(plugin: BatchPlugin<Config>): BatchPlugin {
  return plugin;
}

/** Keeps a plugin's own config type while it is written, and forgets it where plugins are handled alike. */
export function definePlugin<Config>(plugin: ProviderPlugin<Config>): ProviderPlugin {
  // Safe: the core only ever hands `create` what the same plugin's `parseOptions` made.
  return plugin;
}
