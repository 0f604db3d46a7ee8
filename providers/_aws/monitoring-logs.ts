import type { LogPlace } from '../../src/contract/diagnosis.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import { shellWord } from '../../src/provider-kit/shell-word.ts';

/** Where the logs of a session go, as GetSession of Athena and of EMR on EC2 shows it. */
interface Monitoring {
  readonly CloudWatchLoggingConfiguration?:
    | {
        readonly Enabled?: boolean | undefined;
        readonly LogGroup?: string | undefined;
        readonly LogStreamNamePrefix?: string | undefined;
      }
    | undefined;
  /** The two services differ in the name of the place. */
  readonly S3LoggingConfiguration?:
    | {
        readonly Enabled?: boolean | undefined;
        readonly LogLocation?: string | undefined;
        readonly LogUri?: string | undefined;
      }
    | undefined;
}

/** The log group and the bucket of a session's logs, and the commands that print them. @param service - whose default log group it is */
export function monitoringLogs(
  { CloudWatchLoggingConfiguration: cloudWatch, S3LoggingConfiguration: s3 }: Monitoring,
  { scope }: SessionHandle,
  service: string,
): LogPlace[] {
  const [region = ''] = scope.split('/');
  const places: LogPlace[] = [];
  if (cloudWatch?.Enabled === true) {
    const { LogGroup: group, LogStreamNamePrefix: prefix } = cloudWatch;
    const streams = prefix === undefined ? '' : ` --log-stream-name-prefix ${shellWord(prefix)}`;
    places.push({
      place: `CloudWatch log group ${group ?? `(the default of ${service})`}`,
      ...(group !== undefined && { command: `aws logs tail ${shellWord(group)}${streams} --region ${region}` }),
    });
  }
  const location = s3?.LogLocation ?? s3?.LogUri;
  if (s3?.Enabled === true && location !== undefined) {
    places.push({ place: location, command: `aws s3 ls --recursive ${shellWord(location)}` });
  }
  return places;
}
