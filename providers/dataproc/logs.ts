import type { LogPlace } from '../../src/contract/diagnosis.ts';
import type { Observation } from '../../src/contract/observation.ts';
import type { SessionHandle } from '../../src/contract/session-handle.ts';
import { shellWord } from '../../src/provider-kit/shell-word.ts';
import type { DataprocSessionNative } from './session-native.ts';

/**
 * The page of Google's console about a session, as Google's own client prints it.
 * @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (read 2026-11-30)
 */
export function consoleUrlOf({ id, scope }: SessionHandle): string {
  const [project = '', region = ''] = scope.split('/');
  return `https://console.cloud.google.com/dataproc/interactive/${region}/${id}?project=${project}`;
}

/** Where Dataproc writes the logs of a session: Cloud Logging, and the bucket that the session names. Not verified: the resource type. */
export function logsOf({ handle, details }: Observation): readonly LogPlace[] {
  const [project = ''] = handle.scope.split('/');
  const filter = `resource.type="cloud_dataproc_session" AND resource.labels.session_id="${handle.id}"`;
  const { outputUri = '' } = (details.native ?? {}) as Partial<DataprocSessionNative>;
  return [
    { place: 'Cloud Logging', command: `gcloud logging read ${shellWord(filter)} --project ${project}` },
    ...(outputUri === ''
      ? []
      : [{ place: outputUri, command: `gcloud storage ls --recursive ${shellWord(outputUri)}` }]),
  ];
}
