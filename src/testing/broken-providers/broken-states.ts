import type { Capabilities } from '../../contract/capabilities.ts';
import { answering, broken, listing, reporting, type BrokenProvider, type Replacements } from './broken-provider.ts';
import type { Observation } from '../../contract/observation.ts';
import { SessionError } from '../../contract/session-error.ts';
import type { SessionProvider } from '../../contract/session-provider.ts';

/** Wrong in what the provider says about itself. */
export const BROKEN_SHAPES: readonly BrokenProvider[] = [
  broken('open-capabilities', ['C-001'], 'leaves its capabilities open to changes', ({ capabilities }) => ({
    capabilities: { ...capabilities },
  })),
  broken('changing-capabilities', ['C-001'], 'finds out what it can do when it starts its first session', (sound) => {
    let { capabilities } = sound;
    return {
      start: (request, call) => {
        capabilities = Object.freeze({ ...capabilities });
        return sound.start(request, call);
      },
      get capabilities() {
        return capabilities;
      },
    };
  }),
  broken('incomplete-capabilities', ['C-001'], 'leaves out a capability', ({ capabilities }) => {
    const { listPageSize: _missing, ...rest } = capabilities;
    return { capabilities: Object.freeze(rest) as Capabilities };
  }),
  broken('thinly-frozen-capabilities', ['C-001'], 'freezes only the top level of its capabilities', (sound) => ({
    capabilities: Object.freeze({ ...sound.capabilities, idleTimeoutMs: { ...sound.capabilities.idleTimeoutMs } }),
  })),
  broken('other-capabilities', ['C-001'], 'has other capabilities than its plugin says', ({ capabilities }) => ({
    capabilities: Object.freeze({ ...capabilities, reportsBusy: false }),
  })),
  broken('no-endpoint', ['C-002'], 'has the capability sparkConnect and no endpoint', () => ({ endpoint: undefined })),
  broken('no-statements', ['C-002'], 'has the capability sql and no statements', () => ({ statements: undefined })),
  broken(
    'unannounced-endpoint',
    ['C-002'],
    'has an endpoint without the capability sparkConnect',
    (sound) => ({
      endpoint: async (handle, call) => {
        await sound.describe(handle, call);
        return { host: 'spark.invalid', port: 443, tls: true, metadata: {}, expiresAtMs: 0 };
      },
    }),
    { sparkConnect: false },
  ),
  broken('handles-of-another-name', ['C-003'], 'lists sessions under the name of its service, not its id', (sound) =>
    listing(sound, (observations) =>
      observations.map((seen) => ({ ...seen, handle: { ...seen.handle, provider: 'scripted-service-v2' } })),
    ),
  ),
  broken('no-scope', ['C-003', 'C-031'], 'has no scope, because it knows only one', () => ({ scope: '' })),
  broken('seconds', ['C-008'], 'reports epoch seconds as milliseconds', (sound) =>
    reporting(sound, (seen) => {
      const { createdAtMs } = seen.details;
      if (createdAtMs === undefined) return seen;
      return { ...seen, details: { ...seen.details, createdAtMs: createdAtMs / 1000 } };
    }),
  ),
  broken('fractions', ['C-008'], 'converts seconds to milliseconds without rounding', (sound) =>
    reporting(sound, (seen) => ({ ...seen, sinceMs: (seen.sinceMs ?? 0) + 0.25 })),
  ),
  broken('half-milliseconds', ['C-008'], 'divides a duration without rounding', (sound) =>
    reporting(sound, (seen) => ({ ...seen, details: { ...seen.details, maxLifetimeMs: 86_400_000.5 } })),
  ),
  broken('expired-endpoint', ['C-008'], 'reports the expiry of an endpoint in seconds', (sound) =>
    answering(sound, 'endpoint', (opened) => ({ ...opened, expiresAtMs: Math.round(opened.expiresAtMs / 1000) })),
  ),
];

const READY = { state: 'ready', acceptsWork: true, final: false } as const;

/** Remembers the ids of the sessions that this provider starts. */
function rememberStarts(sound: SessionProvider, memory: Set<string>): Replacements<SessionProvider> {
  return answering(sound, 'start', (started) => {
    memory.add(started.handle.id);
    return started;
  });
}

/** Changes what is reported in states that no table knows. */
function reportingUnknown(
  sound: SessionProvider,
  change: (seen: Observation) => Observation,
): Replacements<SessionProvider> {
  return reporting(sound, (seen) => (seen.state === undefined ? change(seen) : seen));
}

const BROKEN_BY_CONSTANT_STATE =
  'C-008 C-014 C-016 C-026 C-030 C-031 C-032 C-033 C-042 C-050 C-051 C-052 C-053 C-056'.split(' ');

/** Wrong in what is reported of sessions. */
export const BROKEN_STATES: readonly BrokenProvider[] = [
  broken('constant-state', BROKEN_BY_CONSTANT_STATE, 'reports every session as ready', (sound) =>
    reporting(sound, ({ busySource: _dropped, ...seen }) => ({ ...seen, ...READY })),
  ),
  broken('back-to-creating', ['C-010'], 'reports a session as creating after its first work', (sound, memory) =>
    answering(sound, 'describe', (seen, { id }) => {
      if (seen.state === 'busy') memory.add(id);
      const isBack = seen.state === 'ready' && memory.delete(id);
      return isBack ? { ...seen, state: 'creating', acceptsWork: false } : seen;
    }),
  ),
  broken('comes-back', ['C-011'], 'reports an ended session as ready again', (sound, memory) =>
    answering(sound, 'describe', (seen, { id }) => {
      if (seen.final && memory.has(id)) return { ...seen, ...READY };
      if (seen.final) memory.add(id);
      return seen;
    }),
  ),
  broken('fails-after-the-end', ['C-011'], 'has no row for the later states of an ended session', (sound, memory) =>
    answering(sound, 'describe', (seen, handle) => {
      if (memory.has(handle.id)) throw new SessionError('unexpected', 'archived', { operation: 'describe', handle });
      if (seen.final) memory.add(handle.id);
      return seen;
    }),
  ),
  broken('final-while-busy', ['C-010', 'C-012'], 'reports a busy session as final', (sound) =>
    answering(sound, 'describe', (seen) => (seen.state === 'busy' ? { ...seen, final: true } : seen)),
  ),
  broken('eager', ['C-013'], 'reports that a session accepts work while it is being created', (sound) =>
    reporting(sound, (seen) => (seen.state === 'creating' ? { ...seen, acceptsWork: true } : seen)),
  ),
  broken('unknown-is-ready', ['C-014'], 'reports an unknown state as ready', (sound) =>
    reportingUnknown(sound, (seen) => ({ ...seen, state: 'ready', acceptsWork: true })),
  ),
  broken('unknown-is-over', ['C-014'], 'reports a session in an unknown state as final', (sound) =>
    reportingUnknown(sound, (seen) => ({ ...seen, final: true })),
  ),
  broken('throws-on-unknown', ['C-014'], 'fails when the service reports an unknown state', (sound) =>
    reportingUnknown(sound, ({ nativeState }) => {
      throw new SessionError('unexpected', `the state ${nativeState}`, { operation: 'describe' });
    }),
  ),
  broken('drops-unknown', ['C-014'], 'does not list sessions in an unknown state', (sound) =>
    listing(sound, (observations) => observations.filter(({ state }) => state !== undefined)),
  ),
  broken('busy-without-source', ['C-015'], 'reports a busy session without its busy source', (sound) =>
    reporting(sound, ({ busySource: _dropped, ...seen }) => seen),
  ),
  broken('no-reason', ['C-016'], 'drops the reason of a failure', (sound) =>
    reporting(sound, ({ reason: _dropped, ...seen }) => seen),
  ),
  broken('describes-its-own', ['C-017'], 'describes only the sessions that it started', (sound, memory) => ({
    ...rememberStarts(sound, memory),
    ...answering(sound, 'describe', (seen, handle) => {
      if (memory.has(handle.id)) return seen;
      throw new SessionError('not-found', 'this session is not in the list here', { operation: 'describe', handle });
    }),
  })),
  broken('lists-its-own', ['C-017'], 'lists only the sessions that it started', (sound, memory) => ({
    ...rememberStarts(sound, memory),
    ...listing(sound, (observations) => observations.filter(({ handle }) => memory.has(handle.id))),
  })),
  broken('others-are-creating', ['C-017'], 'reports sessions that it did not start as creating', (sound, memory) => ({
    ...rememberStarts(sound, memory),
    ...answering(sound, 'describe', (seen, { id }) =>
      memory.has(id) ? seen : { ...seen, state: 'creating', acceptsWork: false },
    ),
  })),
  broken(
    'leaves-sessions-behind',
    ['C-017'],
    'leaves sessions running when it is closed, although they live in its process',
    () => ({ close: async () => {} }),
    { outlivesProcess: false },
  ),
];
