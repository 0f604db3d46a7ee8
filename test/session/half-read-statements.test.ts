import { describe, expect, it } from 'vitest';
import { openSessions } from '../../src/open-sessions.ts';

const config = { environments: { dev: { provider: 'local' } } };
/** More than is read ahead, so that it stays running until somebody reads on. */
const HALF_READ = 'SELECT i FROM range(50000000) t(i)';

describe('statements that nobody reads to their end', () => {
  it.each(['close', 'detach', 'terminate'] as const)('end with their session: %s', async (verb) => {
    await using sessions = await openSessions({ config });
    const session = await sessions.start();
    const statement = session.submit(HALF_READ);
    await statement.result();
    expect(statement.state).toBe('running');

    await session[verb]();
    await statement.done;

    expect(['cancelled', 'failed']).toContain(statement.state);
  });
});
