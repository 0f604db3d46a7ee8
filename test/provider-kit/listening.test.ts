import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, isListenerOf, whyNotListening } from '../../src/provider-kit/listening.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const { pid } of children.splice(0)) process.kill(-pid!, 'SIGKILL');
});

/** Starts a shell in its own group, whose child listens; gives the group. */
async function listen(port: number, host = '127.0.0.1'): Promise<number> {
  const program = `require('net').createServer().listen(${port}, '${host}', () => console.log('on'))`;
  const child = spawn('/bin/sh', ['-c', `"$0" -e "$1"; :`, process.execPath, program], { detached: true });
  children.push(child);
  await once(child.stdout, 'data');
  return child.pid!;
}

describe.each(['linux', 'darwin'] as const)('as on %s, the listener of a port', (platform) => {
  it('is found in its process group', async () => {
    const port = await freePort();
    const group = await listen(port);
    expect(await isListenerOf(group, port, platform)).toBe(true);
    expect(await isListenerOf(group, await freePort(), platform)).toBe(false);
  });

  it('that belongs to another group is not ours', async () => {
    const [one, other] = [await freePort(), await freePort()];
    const group = await listen(one);
    await listen(other);
    expect(await whyNotListening({ host: '127.0.0.1', port: other })).toBeUndefined();
    expect(await isListenerOf(group, other, platform)).toBe(false);
  });
});

it('is not ours when another process listens on another address of the port', async () => {
  const port = await freePort();
  const group = await listen(port);
  await listen(port, '::1');
  expect(await isListenerOf(group, port, 'linux')).toBe(false);
});
