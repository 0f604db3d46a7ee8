import { SessionError } from '../../contract/session-error.ts';
import { alter, alterObservations, brokenProvider, type BrokenProvider } from './broken-provider.ts';

/** Wrong in how sessions end. */
export const BROKEN_ENDS: readonly BrokenProvider[] = [
  brokenProvider({
    name: 'fails-on-second-terminate',
    fault: 'fails when a session is terminated that is ending already',
    breaks: ['C-030'],
    wrap: (sound) => {
      const asked = new Set<string>();
      return alter(sound, {
        terminate: async (handle, call) => {
          const isAgain = asked.has(handle.id);
          const observation = await sound.terminate(handle, call);
          asked.add(handle.id);
          if (!isAgain) return observation;
          throw new SessionError('conflict', 'the session is ending', { operation: 'terminate', handle });
        },
      });
    },
  }),
  brokenProvider({
    name: 'not-found-on-terminate',
    fault: 'fails when an unknown session is terminated',
    breaks: ['C-031'],
    wrap: (sound) =>
      alter(sound, {
        terminate: async (handle, call) => {
          const observation = await sound.terminate(handle, call);
          if (observation.nativeState !== 'NOT_FOUND') return observation;
          throw new SessionError('not-found', 'there is no such session', { operation: 'terminate', handle });
        },
      }),
  }),
  brokenProvider({
    name: 'invents-sessions',
    fault: 'describes a session that the service does not know as ended',
    breaks: ['C-005', 'C-031'],
    wrap: (sound) =>
      alter(sound, {
        describe: (handle, call) =>
          sound.describe(handle, call).catch((error: unknown) => {
            if (SessionError.is(error, 'not-found')) return sound.terminate(handle, call);
            throw error;
          }),
      }),
  }),
  brokenProvider({
    name: 'swallows-terminate',
    fault: 'answers a terminate without telling the service',
    breaks: ['C-005', 'C-006', 'C-007', 'C-009', 'C-032', 'C-033'],
    wrap: (sound) =>
      alter(sound, {
        terminate: async (handle, call) => {
          try {
            return { ...(await sound.describe(handle, call)), state: 'terminated', acceptsWork: false, final: true };
          } catch (error) {
            if (SessionError.is(error, 'not-found')) return sound.terminate(handle, call);
            throw SessionError.is(error) ? error.with({ operation: 'terminate' }) : error;
          }
        },
      }),
  }),
  brokenProvider({
    name: 'hides-failed-terminates',
    fault: 'takes every failure of a terminate for a session that is gone already',
    breaks: ['C-005', 'C-006', 'C-009'],
    wrap: (sound) =>
      alter(sound, {
        terminate: (handle, call) =>
          sound.terminate(handle, call).catch((error: unknown) => {
            if (SessionError.is(error, 'aborted') || SessionError.is(error, 'invalid-request')) throw error;
            return sound.describe(handle, { ...call, deadline: Number.POSITIVE_INFINITY });
          }),
      }),
  }),
  brokenProvider({
    name: 'final-too-early',
    fault: 'counts a session that is shutting down as ended, although it is still held and paid for',
    breaks: ['C-026', 'C-032', 'C-033'],
    wrap: (sound) =>
      alterObservations(sound, (observation) =>
        observation.state === 'terminated' ? { ...observation, final: true } : observation,
      ),
  }),
  brokenProvider({
    name: 'waits-for-ready',
    fault: 'cannot terminate a session that is being created',
    breaks: ['C-033'],
    wrap: (sound) =>
      alter(sound, {
        terminate: async (handle, call) => {
          const isYoung = await sound.describe(handle, call).then(
            ({ state }) => state === 'creating',
            () => false,
          );
          if (!isYoung) return sound.terminate(handle, call);
          throw new SessionError('conflict', 'the session is being created', { operation: 'terminate', handle });
        },
      }),
  }),
  brokenProvider({
    name: 'does-not-see-the-idle-end',
    fault: 'takes an end that nobody asked for as no news',
    breaks: ['C-026'],
    wrap: (sound) =>
      alterObservations(sound, (observation) =>
        observation.reason === 'idle timeout reached'
          ? { ...observation, state: 'ready', acceptsWork: true, final: false }
          : observation,
      ),
  }),
  brokenProvider({
    name: 'ends-as-failed',
    fault: 'shows a session that was terminated as one that has failed',
    breaks: ['C-032'],
    wrap: (sound) =>
      alter(sound, {
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          const hasEnded = observation.final && observation.state === 'terminated';
          return hasEnded ? { ...observation, state: 'failed' } : observation;
        },
      }),
  }),
  brokenProvider({
    name: 'terminates-while-looking',
    fault: 'terminates again each time it looks at a session that is ending',
    breaks: ['C-032'],
    wrap: (sound) =>
      alter(sound, {
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          const isEnding = observation.state === 'terminated' && !observation.final;
          return isEnding ? sound.terminate(handle, call) : observation;
        },
      }),
  }),
  brokenProvider({
    name: 'ready-on-the-way-down',
    fault: 'shows a session that was terminated before it was ready as ready, for a moment',
    breaks: ['C-033'],
    wrap: (sound) =>
      alterObservations(sound, (observation) => {
        const { state, final, details } = observation;
        const wasYoung = state === 'terminated' && !final && details.startedAtMs === undefined;
        return wasYoung ? { ...observation, state: 'ready', acceptsWork: true } : observation;
      }),
  }),
];
