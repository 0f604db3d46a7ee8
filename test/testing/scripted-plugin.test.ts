import { describe, expect, it } from 'vitest';
import {
  createScriptedPlugin,
  plugin,
  RecordingLogger,
  ScriptedService,
  SeededRandom,
  VirtualClock,
} from '../../src/testing/index.ts';
import type { ScriptedProvider } from '../../src/testing/index.ts';

const ports = () => ({ clock: new VirtualClock(), random: new SeededRandom(), logger: new RecordingLogger() });
const call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
const request = { owner: 'me', token: `t${'0'.repeat(39)}`, idleTimeoutMs: 60_000, labels: {} };

describe('the scripted plugin', () => {
  it('fills in what is not given and takes what is', () => {
    expect(plugin.parseOptions({})).toEqual({ ok: true, config: { startMs: 3_000, terminateMs: 2_000, latencyMs: 0 } });
    expect(plugin.parseOptions({ startMs: 5 })).toMatchObject({ ok: true, config: { startMs: 5, latencyMs: 0 } });
  });

  it('names all that is wrong at once', () => {
    const parsed = plugin.parseOptions({ startMs: '5', latencyMs: -1, startms: 5 });
    expect(parsed).toMatchObject({ ok: false });
    const paths = parsed.ok ? [] : parsed.problems.map((problem) => problem.path.join('.'));
    expect(paths).toEqual(['startMs', 'latencyMs', 'startms']);
  });

  it('has a schema of exactly the options that it takes', () => {
    const { properties, additionalProperties } = plugin.optionsSchema() as {
      properties: object;
      additionalProperties: boolean;
    };
    expect(Object.keys(properties)).toEqual(['startMs', 'terminateMs', 'latencyMs']);
    expect(additionalProperties).toBe(false);
  });

  it('makes providers with a service each, whose time is that of the ports', async () => {
    const shared = ports();
    const config = { startMs: 10, terminateMs: 10, latencyMs: 0 };
    const [one, other] = [plugin.create(config, shared), plugin.create(config, shared)] as ScriptedProvider[];
    const { handle } = await one!.start(request, call);
    await shared.clock.advance(10);
    expect((await one!.describe(handle, call)).state).toBe('ready');
    expect(other!.service.oracle.startedCount()).toBe(0);
  });

  it('makes providers of one service where it is given one', async () => {
    const shared = ports();
    const service = new ScriptedService({ clock: shared.clock, capabilities: { dashboard: false } });
    const own = createScriptedPlugin(service);
    expect(own.capabilities.dashboard).toBe(false);
    await own.create({}, shared).start(request, call);
    await own.create({}, shared).start(request, call);
    expect(service.oracle.startedCount()).toBe(1);
  });
});
