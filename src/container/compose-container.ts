import type { Container, ContainerModule, ContainerModuleLoadOptions } from 'inversify';
import type { ConfigRequest } from '../config/config-options.ts';
import { loadConfig } from '../config/load-config.ts';
import { isBatchPlugin } from '../contract/provider-plugin.ts';
import { assertOptions, text, type Checks } from '../session/option-checks.ts';
import { bindBatches, bindNoBatches } from './batch-bindings.ts';
import { bindProvider } from './provider-bindings.ts';
import { ENVIRONMENT_CONFIG } from './tokens.ts';

/** What a container is made from. */
export interface ContainerRequest extends ConfigRequest {
  /** What is not bound here is looked up there: a platform team's own container. */
  readonly parent?: Container;
}

/** What is needed of inversify, be it the application's copy or the one inside this package, and what all its containers share. */
export interface ContainerParts {
  readonly Container: typeof Container;
  readonly ContainerModule: typeof ContainerModule;
  readonly portsModule: ContainerModule;
  readonly sessionModule: ContainerModule;
}

const anything = (): undefined => undefined;

/** The configuration itself is looked into where it is read. */
const CHECKS: Checks<ContainerRequest> = {
  config: anything,
  environment: text(512),
  cwd: text(4096),
  env: anything,
  parent: anything,
};

/** Reads the config, loads the chosen environment's plugin and binds everything from the ports to the facade. */
export async function composeContainer(parts: ContainerParts, request: ContainerRequest): Promise<Container> {
  assertOptions('open', request, CHECKS);
  const { parent, ...configRequest } = request;
  const config = await loadConfig(configRequest);
  // A new SDK client, with sockets of its own, per `get` would be the default otherwise.
  const container = new parts.Container({ defaultScope: 'Singleton', ...(parent && { parent }) });
  container.bind(ENVIRONMENT_CONFIG).toConstantValue(config);
  const { plugin, providerConfig } = config;
  const load = (bind: (options: ContainerModuleLoadOptions) => void): void =>
    container.load(new parts.ContainerModule(bind));
  container.load(parts.portsModule);
  if (isBatchPlugin(plugin)) load(bindBatches(plugin, providerConfig));
  else {
    container.load(parts.sessionModule);
    load(bindProvider(plugin, providerConfig));
    load(bindNoBatches(plugin));
  }
  return container;
}
