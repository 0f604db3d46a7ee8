import { virtualTime, type BatchSubject } from '../../src/conformance/index.ts';
import { SessionError, type BatchProvider } from '../../src/provider-kit/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';
import { ScriptedBatches } from '../batch/scripted-batches.ts';

const DOOMED = { refused: 'doomed-refused', failing: 'doomed-failing' };

/** The batches in memory as a subject of the kit, with a wrapper around the provider. */
export function scriptedBatchSubject(
  name = 'scripted batches',
  wrap: (sound: BatchProvider) => BatchProvider = (sound) => sound,
): BatchSubject {
  return {
    name,
    capabilities: new ScriptedBatches({ clock: new VirtualClock() }).capabilities,
    faults: ['lost-answer', 'unknown-state'],
    doomedRuns: DOOMED,
    layered: false,
    open: async () => {
      const clock = new VirtualClock();
      let lost: string | undefined;
      const service = new ScriptedBatches({
        clock,
        fateOf: (id) => (id === DOOMED.refused ? 'refused' : id === DOOMED.failing ? 'failed' : 'completed'),
        weather(operation, when) {
          if (when === 'before' || operation !== lost) return undefined;
          lost = undefined;
          return new SessionError('unavailable', 'the connection broke', { operation, effect: 'unknown' });
        },
      });
      return {
        createProvider: () => wrap(service),
        time: virtualTime(clock),
        oracle: {
          requestCount: (operation) =>
            service.calls.filter((each) => operation === undefined || each === operation).length,
          started: () => [...service.batches.keys()],
          liveRuns: (id) => service.liveRuns(id),
        },
        unknownBatchId: '999',
        defaults: { workflowId: '1234567' },
        inject(fault) {
          if (fault.kind === 'unknown-state') service.unknownState = 'HIBERNATING';
          else lost = fault.operation;
        },
        dispose: () => Promise.resolve(),
      };
    },
  };
}
