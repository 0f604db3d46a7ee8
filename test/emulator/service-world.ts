import { ObjectStore } from '../../src/emulator/s3/object-store.ts';
import { SeededRandom } from '../../src/emulator/seeded-random.ts';
import { ServiceError, type Call, type Operation } from '../../src/emulator/service.ts';
import { Timeline } from '../../src/emulator/timeline.ts';
import type { World } from '../../src/emulator/world.ts';

/** A call without faults. */
export const CALL: Call = {
  operation: 'Operation',
  emptyPage: undefined,
  calculationFailure: undefined,
  touches: () => undefined,
};

/** The surroundings of one service, without servers, on a clock that stands still. */
export function newWorld(): World {
  return {
    timeline: new Timeline({ nowMs: () => 0, monotonicMs: () => 0, schedule: () => () => undefined }),
    random: new SeededRandom(1),
    region: 'us-east-1',
    accountId: '123456789012',
    startupMs: 500,
    runCode: false,
    startupSpreadMs: 0,
    objects: new ObjectStore(),
    connect: { url: 'http://127.0.0.1:0', bridgeUrl: 'http://127.0.0.1:0', admit: () => undefined },
  };
}

/** Runs an operation; gives its answer, or hands the error of the service to `refused`. */
export function attempt(
  operation: Operation | undefined,
  members: object,
  refused: (error: ServiceError) => void = () => undefined,
): object | undefined {
  try {
    return operation?.run(members, CALL);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    refused(error);
    return undefined;
  }
}
