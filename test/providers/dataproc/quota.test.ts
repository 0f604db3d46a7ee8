import { expect, it, onTestFinished } from 'vitest';
import { dataproc } from '../../../providers/dataproc/index.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { openSessions } from '../../../src/index.ts';
import { failureOf } from '../../failure-of.ts';
import { optionsFor, TRANSPORTS } from './dataproc-subject.ts';

const MESSAGE = "Insufficient 'CPUS' quota. Requested 24.0, available 8.0.";

it.each(TRANSPORTS.flatMap((transport) => ['refused', 'failed'].map((how) => [how, transport] as const)))(
  'a start that is %s for a quota over %s is quota-exceeded and happens once',
  async (how, transport) => {
    const emulator = await startEmulator({ services: ['dataproc'] });
    const sessions = await openSessions({ provider: dataproc(optionsFor(emulator, transport)) });
    onTestFinished(async () => {
      await sessions.close();
      await emulator.close();
    });
    emulator.faults.add(
      how === 'refused'
        ? { kind: 'error', operation: 'CreateSession', code: 'INVALID_ARGUMENT', httpStatus: 400, message: MESSAGE }
        : { kind: 'session-becomes', operation: 'CreateSession', state: 'FAILED', reason: MESSAGE },
    );
    const error = await failureOf(sessions.start().then((session) => session.whenReady()));
    expect(error).toMatchObject({ kind: 'quota-exceeded', message: expect.stringContaining('Requested 24.0') });
    expect(emulator.log().filter(({ operation }) => operation === 'CreateSession')).toHaveLength(1);
  },
);
