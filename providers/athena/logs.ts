import type { LogPlace } from '../../src/contract/diagnosis.ts';
import type { Observation } from '../../src/contract/observation.ts';
import { shellWord } from '../../src/provider-kit/shell-word.ts';
import type { AthenaSessionNative } from './observation.ts';

/**
 * Where Athena writes the logs of a session, from the monitoring configuration that GetSession shows.
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_MonitoringConfiguration.html (read 2026-11-30)
 */
export function logsOf({ handle, details }: Observation): readonly LogPlace[] {
  const [region = ''] = handle.scope.split('/');
  const { monitoring = {} } = (details.native ?? {}) as Partial<AthenaSessionNative>;
  const { CloudWatchLoggingConfiguration: cloudWatch, S3LoggingConfiguration: s3 } = monitoring;
  const places: LogPlace[] = [];
  if (cloudWatch?.Enabled === true) {
    const { LogGroup: group, LogStreamNamePrefix: prefix } = cloudWatch;
    const streams = prefix === undefined ? '' : ` --log-stream-name-prefix ${shellWord(prefix)}`;
    places.push({
      place: `CloudWatch log group ${group ?? '(the default of Athena)'}`,
      ...(group !== undefined && { command: `aws logs tail ${shellWord(group)}${streams} --region ${region}` }),
    });
  }
  if (s3?.Enabled === true && s3.LogLocation !== undefined) {
    places.push({ place: s3.LogLocation, command: `aws s3 ls --recursive ${shellWord(s3.LogLocation)}` });
  }
  if (monitoring.ManagedLoggingConfiguration?.Enabled === true) {
    places.push({ place: 'the Spark UI of the session', command: `anysession open ${handle.id}` });
  }
  return places;
}
