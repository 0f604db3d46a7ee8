// A platform team's own classes get the configured provider by injection, and replace a part of ours by rebinding it.
//   npm run build && npx tsx --tsconfig examples/container/tsconfig.json examples/container/platform-team.ts
import { createContainer, LOGGER, SESSION_PROVIDER, SESSIONS } from 'anysession/container';
import type { Logger, SessionProvider } from 'anysession';
import { inject, injectable } from 'inversify';
import { config } from '../data.ts';

@injectable()
class CapacityReport {
  constructor(@inject(SESSION_PROVIDER) private readonly provider: SessionProvider) {}

  print(): void {
    const { id, capabilities } = this.provider;
    console.log(`${id}: ${capabilities.dialect} SQL, idle sessions end after ${capabilities.idleTimeoutMs.default} ms`);
  }
}

const logger: Logger = {
  debug: () => {},
  info: (_fields, message) => console.log(`our logger: ${message}`),
  warn: (_fields, message) => console.log(`our logger: ${message}`),
  error: (_fields, message) => console.log(`our logger: ${message}`),
};

const container = await createContainer({ config });
container.rebind(LOGGER).toConstantValue(logger);
container.bind(CapacityReport).toSelf();
container.get(CapacityReport).print();

await using sessions = container.get(SESSIONS);
await using session = await sessions.start({ name: 'injected' });
console.log(await (await session.sql('SELECT 6 * 7 AS answer')).rows());
