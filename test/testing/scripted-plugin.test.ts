import { describe, expect, it } from 'vitest';
import type { ScriptedProvider } from '../../src/testing/index.ts';
import {
  createScriptedPlugin,
  plugin,
  RecordingLogger,
  ScriptedService,
  SeededRandom,
  VirtualClock,
} from '../../src/testing/index.ts';
import { startRequest, unlimitedCall } from '../calls.ts';

const ports = () => ({ clock: new VirtualClock(), random: new SeededRandom(), logger: new RecordingLogger() });
const call = unlimitedCall();
const request = startRequest();

describe('the scripted plugin', () => {
  it('uses the given options and defaults for the others', () => {
    expect(plugin.parseOptions({})).toEqual({ ok: true, config: { startMs: 3_000, terminateMs: 2_000, latencyMs: 0 } });
    expect(plugin.parseOptions({ startMs: 5 })).toMatchObject({ ok: true, config: { startMs: 5, latencyMs: 0 } });
  });

  it('reports all problems at once', () => {
    const parsed = plugin.parseOptions({ startMs: '5', latencyMs: -1, startms: 5 });
    expect(parsed).toMatchObject({ ok: false });
    const paths = parsed.ok ? [] : parsed.problems.map((problem) => problem.path.join('.'));
    expect(paths).toEqual(['startMs', 'latencyMs', 'startms']);
  });

  it('has a schema of exactly its options', () => {
    const schema = plugin.optionsSchema() as { readonly properties: object };
    expect(Object.keys(schema.properties)).toEqual(['startMs', 'terminateMs', 'latencyMs']);
    expect(schema).toMatchObject({ additionalProperties: false });
  });

  it('creates providers with a service each, on the clock of the ports', async () => {
    const shared = ports();
    const config = { startMs: 10, terminateMs: 10, latencyMs: 0 };
    const create = () => plugin.create(config, shared) as ScriptedProvider;
    const [one, other] = [create(), create()];
    const { handle } = await one.start(request, call);
    await shared.clock.advance(10);
    expect((await one.describe(handle, call)).state).toBe('ready');
    expect(other.service.oracle.startedCount()).toBe(0);
  });

  it('creates providers of one service when it is given one', async () => {
    const shared = ports();
    const service = new ScriptedService({ clock: shared.clock, capabilities: { dashboard: false } });
    const own = createScriptedPlugin(service);
    expect(own.capabilities.dashboard).toBe(false);
    await own.create({}, shared).start(request, call);
    await own.create({}, shared).start(request, call);
    expect(service.oracle.startedCount()).toBe(1);
  });
});
