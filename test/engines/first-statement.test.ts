import { describe, expect, it } from 'vitest';
import { EngineClient } from './engine-client.ts';
import { ENGINES } from './engine-homes.ts';
import { startEngine } from './engine-server.ts';

const VERSIONS = { sail: /^\d/, 'spark-4.1': /^4\.1\.4/, 'spark-3.5': /^3\.5\.7/ } as const;

describe.each(ENGINES)('%s', (engine) => {
  it('answers, and says which Spark it is', async () => {
    await using server = await startEngine(engine);
    await using client = new EngineClient(server.port);
    expect(await (await client.sql('SELECT 1 AS one')).rows()).toEqual([{ one: 1 }]);
    expect((await client.connection()).sparkVersion).toMatch(VERSIONS[engine]);
  });
});
