import type { LogPlace } from '../../src/contract/diagnosis.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { monitoringLogs } from '../_aws/monitoring-logs.ts';
import type { EmrEc2SessionNative } from './observation.ts';

/** Where EMR writes the logs of a session, from the monitoring configuration that GetSession shows. */
export function logsOf({ handle, details }: Observation): readonly LogPlace[] {
  const { monitoring = {} } = (details.native ?? {}) as Partial<EmrEc2SessionNative>;
  const places = monitoringLogs(monitoring, handle, 'EMR');
  if (monitoring.ManagedLoggingConfiguration?.Enabled === true)
    places.push({ place: 'the EMR console, on the page of the session' });
  return places;
}
