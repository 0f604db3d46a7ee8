import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/budgeted-caller.ts', import.meta.url));
const PROCESSES = 4;
const RATE = 20;
const SECONDS = 4;

/** How many calls a second of all processes reach a service, after the first second. @param stateOf - the state folder of each process. */
async function callsPerSecond(stateOf: (process: number) => string): Promise<number> {
  const calls: number[] = [];
  const server = createServer((_request, response) => {
    calls.push(performance.now());
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const children = Array.from({ length: PROCESSES }, (_, number) =>
    spawn(process.execPath, ['--import', 'tsx', PROGRAM, url, String(SECONDS * 1000)], {
      env: { ...process.env, XDG_STATE_HOME: stateOf(number) },
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  const ends = children.map((child) => once(child, 'exit'));
  for (const child of children) child.stdin.end('go\n');
  expect(await Promise.all(ends)).toEqual(children.map(() => [0, null]));
  server.close();
  const fromMs = (calls[0] ?? 0) + 1_000;
  const untilMs = fromMs + (SECONDS - 1) * 1_000;
  return calls.filter((ms) => ms >= fromMs && ms < untilMs).length / (SECONDS - 1);
}

describe('processes of one host', () => {
  it('share the rate of a scope, and leave no file behind', async () => {
    const folder = temporaryFolder();
    const perSecond = await callsPerSecond(() => folder);
    // A busy machine may start one process late, and each of them notices the others late.
    expect(perSecond).toBeLessThanOrEqual(RATE * 1.3);
    expect(perSecond).toBeGreaterThanOrEqual(RATE / 2);
    const budgets = join(folder, 'anysession', 'budgets');
    expect(readdirSync(budgets).flatMap((scope) => readdirSync(join(budgets, scope)))).toEqual([]);
  });

  it('call too often when each has its own state folder', async () => {
    const folders = Array.from({ length: PROCESSES }, () => temporaryFolder());
    expect(await callsPerSecond((number) => folders[number] ?? '')).toBeGreaterThan(RATE * 2);
  });
});
