import type { ConfigRequest, EnvironmentConfig, ProviderRequest } from './config/config-options.ts';
import { loadConfig, loadProvider } from './config/load-config.ts';
import type { OptionShape } from './provider-kit/option-shape.ts';
import type { Logger, Metrics, RequestObserver, Tracer } from './contract/ports.ts';
import { anything, assertNoProblems, code, optionProblems, text, type Checks } from './session/option-checks.ts';

/** Where messages, spans and measurements go. */
export interface OpenPorts {
  /** A pino logger, or anything with the same four methods. By default `ANYSESSION_LOG` decides, and without it nothing is logged. */
  readonly logger?: Logger | undefined;
  /** Silent by default. */
  readonly tracer?: Tracer | undefined;
  /** Silent by default. */
  readonly metrics?: Metrics | undefined;
  /** Sees each request before it is sent, and may stop it: for audits and dry runs. Nobody by default. */
  readonly requests?: RequestObserver | undefined;
}

/** What to open: an environment of the config file, or a provider given in code. */
export type OpenRequest = OpenPorts & (ConfigRequest | ProviderRequest);

const methods = (...names: readonly string[]): OptionShape =>
  code(`an object with the methods ${names.join(', ')}`, (value) =>
    names.every((name) => typeof (Object(value) as Record<string, unknown>)[name] === 'function'),
  );

/** The reader of the configuration checks `config`, `provider`, `session` and `owner`. */
const CHECKS = {
  config: anything,
  provider: anything,
  environment: text(512),
  session: anything,
  prices: anything,
  maxSpend: anything,
  owner: anything,
  cwd: text(4096),
  env: anything,
  logger: methods('debug', 'info', 'warn', 'error'),
  tracer: methods('startSpan'),
  metrics: methods('add', 'record'),
  requests: methods('sends', 'answered'),
} satisfies Checks<OpenPorts & ConfigRequest & ProviderRequest>;

/** Options that say where the config file is, and options that the config file says itself. */
const CONFIG_ONLY = ['config', 'cwd'] as const;
const PROVIDER_ONLY = ['session', 'prices', 'maxSpend', 'owner'] as const;

/**
 * Reads the environment that a request asks for and loads its plugin.
 * @param more - options of the caller beyond those of {@link OpenRequest}
 * @throws SessionError `invalid-request` for unknown or contradicting options, `config-invalid` with every problem of the configuration.
 */
export async function openEnvironment(request: OpenRequest, more: readonly string[] = []): Promise<EnvironmentConfig> {
  const checks = { ...CHECKS, ...Object.fromEntries(more.map((name) => [name, anything])) };
  const problems = optionProblems('open', request, checks);
  const given = Object(request) as Readonly<Record<string, unknown>>;
  const wrong = (given['provider'] === undefined ? PROVIDER_ONLY : CONFIG_ONLY).filter(
    (name) => given[name] !== undefined,
  );
  const why =
    given['provider'] === undefined
      ? 'needs `provider`: with a config file, write it in the file'
      : 'cannot be combined with `provider`: leave one of the two out';
  assertNoProblems('open', [...problems, ...wrong.map((name) => `'${name}' ${why}`)]);
  return request.provider === undefined ? loadConfig(request) : loadProvider(request);
}
