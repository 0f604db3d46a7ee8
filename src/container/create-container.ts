import 'reflect-metadata';
import { Container } from 'inversify';
import type { ConfigRequest } from '../config/config-options.ts';
import { loadConfig } from '../config/load-config.ts';
import { isBatchPlugin } from '../contract/provider-plugin.ts';
import { assertOptions, text, type Checks } from '../session/option-checks.ts';
import { batchModule, noBatchesModule } from './batch-module.ts';
import { providerModule } from './provider-module.ts';
import { portsModule, sessionModule } from './session-module.ts';
import { ENVIRONMENT_CONFIG } from './tokens.ts';

/** What a container is made from. */
export interface ContainerRequest extends ConfigRequest {
  /** What is not bound here is looked up there: a platform team's own container. */
  readonly parent?: Container;
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

/**
 * Reads the config, loads the chosen environment's plugin and binds everything from the ports to the facade.
 * Rebind any token before its first use to replace that part; nothing is made and no SDK loads until it is asked for.
 * @throws SessionError `config-invalid` with every problem of the config at once; `invalid-request` for an option that
 * there is not: a misspelt `environment` would open another one.
 */
export async function createContainer(request: ContainerRequest = {}): Promise<Container> {
  assertOptions('open', request, CHECKS);
  const { parent, ...configRequest } = request;
  const config = await loadConfig(configRequest);
  // A new SDK client, with sockets of its own, per `get` would be the default otherwise.
  const container = new Container({ defaultScope: 'Singleton', ...(parent && { parent }) });
  container.bind(ENVIRONMENT_CONFIG).toConstantValue(config);
  const { plugin, providerConfig } = config;
  if (isBatchPlugin(plugin)) container.load(portsModule, batchModule(plugin, providerConfig));
  else container.load(portsModule, sessionModule, providerModule(plugin, providerConfig), noBatchesModule(plugin));
  return container;
}
