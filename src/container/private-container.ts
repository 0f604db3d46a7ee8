import { Container, ContainerModule } from 'inversify';
import type { ConfigRequest } from '../config/config-options.ts';
import { composeContainer } from './compose-container.ts';
import { bindPorts, bindSessions } from './session-bindings.ts';

/**
 * The container behind `openSessions()` and `openBatches()`, which nobody else sees. The build puts inversify into this module:
 * one file loads in a tenth of the time of the 372 that it is made of. A container that is handed out is made by
 * `createContainer()` from the application's own inversify instead, because a parent and its child must be of one copy.
 */
export function privateContainer(request: ConfigRequest): Promise<Container> {
  const [portsModule, sessionModule] = [new ContainerModule(bindPorts), new ContainerModule(bindSessions)];
  return composeContainer({ Container, ContainerModule, portsModule, sessionModule }, request);
}
