import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';

import { runEmulator, type Emulator, type RunEmulatorOptions } from '../../src/emulator/index.ts';
import { athenaState, startAthena, it } from './wire-client.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function control(emulator: Emulator, method: string, route: string, body?: unknown) {
  const response = await fetch(`${emulator.urls.athena}/__emulator/${route}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> & unknown[] };
}

describe('the control routes', () => {
  it('drive the emulator from another process', async ({ emulator, id }) => {
    const nowMs = Date.UTC(2027, 0, 1) + 1000;
    expect(await control(emulator, 'POST', 'advance', { ms: 1000 })).toEqual({ status: 200, body: { nowMs } });
    await control(emulator, 'POST', 'busy', { sessionId: id, busy: true });
    expect(await athenaState(emulator, id)).toBe('BUSY');
    const truth = { live: 1, billedSeconds: 1, sessions: [{ id, state: 'BUSY' }] };
    expect((await control(emulator, 'GET', 'oracle')).body).toMatchObject(truth);
    const log = (await control(emulator, 'GET', 'log')).body as { operation: string }[];
    expect(log.map(({ operation }) => operation)).toEqual(['StartSession', 'GetSessionStatus']);
  });

  it('add and clear faults, one or a list', async ({ emulator }) => {
    expect((await control(emulator, 'POST', 'faults', { kind: 'html' })).body).toEqual({ pending: [{ kind: 'html' }] });
    await control(emulator, 'POST', 'faults', [{ kind: 'throttle' }, { kind: 'server-error' }]);
    expect(emulator.faults.pending()).toHaveLength(3);
    expect((await control(emulator, 'DELETE', 'faults')).body).toEqual({ pending: [] });
    expect(emulator.faults.pending()).toEqual([]);
  });

  it('explain what is wrong', async ({ emulator }) => {
    const wrong = await control(emulator, 'POST', 'faults', { kind: 'explode' });
    expect(wrong).toMatchObject({ status: 400, body: { kind: 'config-invalid' } });
    for (const body of [{}, { ms: '1' }, undefined, 'not json', 'null']) {
      expect((await control(emulator, 'POST', 'advance', body)).status).toBe(400);
    }
    const unknown = await control(emulator, 'POST', 'busy', { sessionId: 'nowhere', busy: true });
    expect(unknown.body).toMatchObject({ kind: 'not-found' });
    expect((await control(emulator, 'GET', 'nonsense')).status).toBe(404);
    expect(emulator.log()).toEqual([]);
  });
});

describe('runEmulator', () => {
  async function start(options: RunEmulatorOptions) {
    const abort = new AbortController();
    const lines: string[] = [];
    const running = await runEmulator(options, { write: (line) => lines.push(line), signal: abort.signal });
    return { ...running, lines, abort };
  }

  it('writes one line of JSON with the addresses and runs until the signal', async () => {
    const { emulator, lines, abort, done } = await start({ clock: 'virtual', startupMs: '50', seed: '9' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    expect(JSON.parse(lines[0] ?? '')).toEqual({ ...emulator.urls, pid: process.pid });
    const id = await startAthena(emulator);
    emulator.advance(50);
    expect(await athenaState(emulator, id)).toBe('IDLE');
    abort.abort();
    await done;
    await expect(fetch(emulator.urls.athena)).rejects.toThrow();
  });

  it('ends at once when the signal came first', async () => {
    const { done } = await runEmulator({}, { write: () => undefined, signal: AbortSignal.abort() });
    await done;
  });

  it('reads services and a file of faults', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'faults.json');
    await writeFile(file, '[{"kind":"html"}]');
    const { emulator, lines, abort, done } = await start({ services: 'athena', faults: file });
    expect(Object.keys(JSON.parse(lines[0] ?? '') as object)).toEqual(['athena', 'sparkConnect', 'pid']);
    expect(emulator.faults.pending()).toEqual([{ kind: 'html' }]);
    abort.abort();
    await done;
    for (const content of ['{}', 'no json', '[{"kind":"explode"}]']) {
      await writeFile(file, content);
      await expect(start({ faults: file })).rejects.toMatchObject({ kind: 'config-invalid' });
    }
  });

  it.each<[string, RunEmulatorOptions]>([
    ['an unknown service', { services: 'athena,redshift' }],
    ['a time that is not a number', { startupMs: 'soon' }],
    ['a negative time', { startupMs: '-1' }],
    ['a seed that is not a whole number', { seed: '1.5' }],
    ['an unknown clock', { clock: 'sundial' }],
    ['a missing file', { faults: '/nowhere/faults.json' }],
  ])('refuses %s', async (_, options) => {
    await expect(start(options)).rejects.toMatchObject({ kind: 'config-invalid' });
  });
});
