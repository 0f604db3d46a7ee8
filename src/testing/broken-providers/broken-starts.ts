import { SessionError } from '../../contract/session-error.ts';
import type { StartRequest } from '../../contract/start-request.ts';
import { alter, alterList, alterObservations, brokenProvider, type BrokenProvider } from './broken-provider.ts';

const MINUTE_MS = 60_000;

/** The same request under a token that nobody has used. */
function underNewToken(request: StartRequest, count: number): StartRequest {
  return { ...request, token: `x${String(count).padStart(39, '0')}` };
}

/** Wrong in how sessions start. */
export const BROKEN_STARTS: readonly BrokenProvider[] = [
  brokenProvider({
    name: 'double-start',
    fault: 'sends a token of its own when it sees a token again',
    breaks: ['C-020', 'C-021', 'C-022'],
    wrap: (sound) => {
      const seen: string[] = [];
      return alter(sound, {
        start: (request, call) => {
          const isAgain = seen.includes(request.token);
          seen.push(request.token);
          return sound.start(isAgain ? underNewToken(request, seen.length) : request, call);
        },
      });
    },
  }),
  brokenProvider({
    name: 'concurrent-double-start',
    fault: 'remembers a token only once its start was answered',
    breaks: ['C-021'],
    wrap: (sound) => {
      const underWay: string[] = [];
      return alter(sound, {
        start: async (request, call) => {
          const isAgain = underWay.includes(request.token);
          const count = underWay.push(request.token);
          try {
            return await sound.start(isAgain ? underNewToken(request, count) : request, call);
          } finally {
            underWay.splice(underWay.indexOf(request.token), 1);
          }
        },
      });
    },
  }),
  brokenProvider({
    name: 'one-session-for-all',
    fault: 'gives out the session that it has, whatever the token',
    breaks: ['C-020', 'C-024', 'C-042'],
    wrap: (sound) => {
      let first: StartRequest | undefined;
      return alter(sound, { start: (request, call) => sound.start((first ??= request), call) });
    },
  }),
  brokenProvider({
    name: 'leaks-on-abort',
    fault: 'says that an aborted start had no effect, although its request had left',
    breaks: ['C-025'],
    wrap: (sound) =>
      alter(sound, {
        start: (request, call) =>
          sound.start(request, call).catch((error: unknown) => {
            throw SessionError.is(error, 'aborted') ? error.with({ effect: 'none' }) : error;
          }),
      }),
  }),
  brokenProvider({
    name: 'sure-of-nothing',
    fault: 'says that a start had no effect when its answer was lost',
    breaks: ['C-022', 'C-025'],
    wrap: (sound) =>
      alter(sound, {
        start: (request, call) =>
          sound.start(request, call).catch((error: unknown) => {
            throw SessionError.is(error, 'unavailable') ? error.with({ effect: 'none' }) : error;
          }),
      }),
  }),
  brokenProvider({
    name: 'loses-ownership',
    fault: 'lists sessions without their ownership',
    breaks: ['C-023'],
    wrap: (sound) =>
      alterList(sound, (observations) =>
        observations.map(({ details: { ownership: _dropped, ...details }, ...rest }) => ({ ...rest, details })),
      ),
  }),
  brokenProvider({
    name: 'rounds-down',
    fault: 'cuts the idle timeout to whole minutes',
    breaks: ['C-024'],
    wrap: (sound) =>
      alter(sound, {
        start: (request, call) => {
          const idleTimeoutMs = Math.floor(request.idleTimeoutMs / MINUTE_MS) * MINUTE_MS;
          return sound.start({ ...request, idleTimeoutMs }, call);
        },
      }),
  }),
  brokenProvider({
    name: 'forgets-idle-timeout',
    fault: 'leaves the idle timeout at what the service has by default',
    breaks: ['C-024', 'C-026'],
    wrap: (sound) =>
      alter(sound, {
        start: (request, call) =>
          sound.start({ ...request, idleTimeoutMs: sound.capabilities.idleTimeoutMs.default }, call),
      }),
  }),
  brokenProvider({
    name: 'minutes',
    fault: 'shows the idle timeout in minutes',
    breaks: ['C-024'],
    wrap: (sound) =>
      alterObservations(sound, (observation) => {
        const idleTimeoutMs = Math.round((observation.details.idleTimeoutMs ?? 0) / MINUTE_MS);
        return { ...observation, details: { ...observation.details, idleTimeoutMs } };
      }),
  }),
  brokenProvider({
    name: 'starts-two-keeps-one',
    fault: 'starts again, compares, and gives back the first session',
    breaks: ['C-020', 'C-021', 'C-022'],
    wrap: (sound) => {
      const seen: string[] = [];
      return alter(sound, {
        start: async (request, call) => {
          const isAgain = seen.includes(request.token);
          const count = seen.push(request.token);
          if (isAgain) await sound.start(underNewToken(request, count), call);
          return sound.start(request, call);
        },
      });
    },
  }),
  brokenProvider({
    name: 'refuses-repeats',
    fault: 'takes a repeated start for a mistake of its caller',
    breaks: ['C-020', 'C-021', 'C-022'],
    wrap: (sound) => {
      const seen = new Set<string>();
      return alter(sound, {
        start: async (request, call) => {
          const isAgain = seen.has(request.token);
          seen.add(request.token);
          if (!isAgain) return sound.start(request, call);
          throw new SessionError('invalid-request', 'this token was used before', { operation: 'start' });
        },
      });
    },
  }),
  brokenProvider({
    name: 'conflicts-with-itself',
    fault: 'lets all starts fail that come at the same time, also the one that made the session',
    breaks: ['C-021'],
    wrap: (sound) => {
      const underWay = new Map<string, number>();
      return alter(sound, {
        start: async (request, call) => {
          underWay.set(request.token, (underWay.get(request.token) ?? 0) + 1);
          const observation = await sound.start(request, call);
          const together = underWay.get(request.token) ?? 0;
          if (together === 1) underWay.delete(request.token);
          if (together === 1) return observation;
          throw new SessionError('conflict', 'another start of this token is under way', { operation: 'start' });
        },
      });
    },
  }),
  brokenProvider({
    name: 'own-reaper',
    fault: 'terminates sessions itself when half of their idle timeout is over',
    breaks: ['C-026'],
    wrap: (sound) =>
      alter(sound, {
        describe: async (handle, call) => {
          const observation = await sound.describe(handle, call);
          const { idleSinceMs = Number.POSITIVE_INFINITY, idleTimeoutMs = 0 } = observation.details;
          const isOld = observation.observedAtMs - idleSinceMs > idleTimeoutMs / 2;
          return isOld ? sound.terminate(handle, call) : observation;
        },
      }),
  }),
];
