import 'reflect-metadata';
import { Container, ContainerModule } from 'inversify';
import { composeContainer, type ContainerRequest } from './compose-container.ts';
import { portsModule, sessionModule } from './modules.ts';

/**
 * Reads the config, loads the chosen environment's plugin and binds everything from the ports to the facade.
 * Rebind any token before its first use to replace that part; nothing is made and no SDK loads until it is asked for.
 * @throws SessionError `config-invalid` with every problem of the config at once; `invalid-request` for an option that
 * there is not: a misspelt `environment` would open another one.
 */
export async function createContainer(request: ContainerRequest = {}): Promise<Container> {
  return composeContainer({ Container, ContainerModule, portsModule, sessionModule }, request);
}
