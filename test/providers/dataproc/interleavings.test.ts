import { plugin } from '../../../providers/dataproc/plugin.ts';
import { registerInterleavings } from '../athena/interleavings.ts';
import { overTransport, TRANSPORTS } from './dataproc-subject.ts';

const UNLIMITED = { perSecond: 1e6, burst: 1e6 };

registerInterleavings(
  ...TRANSPORTS.map((transport) => ({
    name: `dataproc over ${transport}`,
    service: 'dataproc' as const,
    plugin,
    options: overTransport(transport),
    emulator: { dataproc: { rates: { SessionOperationRequests: UNLIMITED, DefaultRequests: UNLIMITED } } },
    operations: ['CreateSession', 'GetSession', 'ListSessions', 'TerminateSession'],
  })),
);
