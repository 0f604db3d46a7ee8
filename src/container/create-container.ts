import 'reflect-metadata';
import { Container } from 'inversify';
import { systemPorts } from '../compose.ts';
import { openEnvironment, type OpenRequest } from '../open-request.ts';
import { batchModule, portsModule, sessionModule } from './modules.ts';
import { ENVIRONMENT_CONFIG, LOGGER, METRICS, REQUESTS, TRACER } from './tokens.ts';

/** What a container is made from. */
export type ContainerRequest = OpenRequest & {
  /** Resolves what is not bound in the new container: a platform team's own container. */
  readonly parent?: Container | undefined;
};

/**
 * Reads the configuration, loads the plugin of the environment and binds every part from the ports to the facades.
 * Rebind a token before its first use to replace that part. Nothing is created and no SDK loads before its first `get`.
 * @throws SessionError `config-invalid` with every problem of the configuration; `invalid-request` for unknown or
 * contradicting options, because a misspelled `environment` would open another one.
 */
export async function createContainer(request: ContainerRequest = {}): Promise<Container> {
  const config = await openEnvironment(request, ['parent']);
  const { parent } = request;
  const { logger, tracer, metrics, requests } = systemPorts(request);
  // The default scope would create a new SDK client, with its own sockets, per `get`.
  const container = new Container({ defaultScope: 'Singleton', ...(parent && { parent }) });
  container.bind(ENVIRONMENT_CONFIG).toConstantValue(config);
  container.load(portsModule, sessionModule, batchModule);
  container.rebind(LOGGER).toConstantValue(logger);
  container.rebind(TRACER).toConstantValue(tracer);
  container.rebind(METRICS).toConstantValue(metrics);
  container.rebind(REQUESTS).toDynamicValue(() => requests);
  return container;
}
