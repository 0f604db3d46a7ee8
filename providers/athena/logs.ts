import type { LogPlace } from '../../src/contract/diagnosis.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { monitoringLogs } from '../_aws/monitoring-logs.ts';
import type { AthenaSessionNative } from './observation.ts';

/**
 * Where Athena writes the logs of a session, from the monitoring configuration that GetSession shows.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_MonitoringConfiguration.html (read 2026-11-30)
 */
export function logsOf({ handle, details }: Observation): readonly LogPlace[] {
  const { monitoring = {} } = (details.native ?? {}) as Partial<AthenaSessionNative>;
  const places = monitoringLogs(monitoring, handle, 'Athena');
  if (monitoring.ManagedLoggingConfiguration?.Enabled === true) {
    places.push({ place: 'the Spark UI of the session', command: `anysession open ${handle.id}` });
  }
  return places;
}
