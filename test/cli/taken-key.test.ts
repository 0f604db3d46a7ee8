import { describe, it } from 'vitest';
import { cloud, CLOUDS } from './clouds.ts';

describe('anysession start --key, on each cloud', { timeout: 60_000 }, () => {
  it.concurrent.for(CLOUDS)('%s: C-110 finds the session that --restart has started', async (name, context) => {
    const { expect } = context;
    const { run, start } = await cloud(name, context);
    const first = await start('--key', 'nightly');
    await run(['terminate', first]);
    const second = await start('--key', 'nightly', '--restart');
    expect(second).not.toBe(first);
    expect(await start('--key', 'nightly')).toBe(second);
    await run(['terminate', second]);
    expect(await run(['start', '--key', 'nightly'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("the session with key 'nightly' has ended") as string,
    });
  });

  it.concurrent.for(CLOUDS)('%s: C-110 other options find the ended session too', async (name, context) => {
    const { expect } = context;
    const { run, start } = await cloud(name, context);
    const first = await start('--key', 'nightly');
    await run(['terminate', first]);
    const other = ['start', '--key', 'nightly', '--idle-timeout', '15m'];
    const refused = await run(other);
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringMatching(/key 'nightly'.*has ended/) as string });
    const second = await start('--key', 'nightly', '--idle-timeout', '15m', '--restart');
    expect(second).not.toBe(first);
    expect(await start('--key', 'nightly', '--idle-timeout', '15m')).toBe(second);
  });

  it.concurrent.for(CLOUDS)('%s: H-010 warns that the session belongs to another owner', async (name, context) => {
    const { expect } = context;
    const { run, start } = await cloud(name, context);
    const theirs = await start('--key', 'nightly', '--config', 'theirs.yaml');
    const mine = await run(['start', '--key', 'nightly']);
    expect(mine).toMatchObject({ code: 0, stdout: expect.stringContaining(theirs) as string });
    expect(mine.stderr).toContain('warning: the session of this key belongs to etl: closing leaves it running');
    // The owner itself is not warned.
    expect((await run(['start', '--key', 'nightly', '--config', 'theirs.yaml'])).stderr).not.toContain('warning');
  });
});
