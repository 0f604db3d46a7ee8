import type { StartRunBatchCommandInput } from '@aws-sdk/client-omics';
import type { BatchStartRequest } from '../../src/contract/batch-provider.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { OWN_TAGS } from './observation.ts';
import type { HealthOmicsConfig } from './options.ts';
import { problemOfTags, toDefaultRunSetting, toRunSetting } from './run-setting.ts';

/**
 * Makes the input of StartRunBatch. The batch's name is the start token: ListBatch shows and filters by name, not by tags, so
 * a batch can be found there after a lost answer. The caller's name for it becomes a tag.
 *
 * @throws SessionError `invalid-request` for labels that cannot be tags.
 */
export function toStartInput(request: BatchStartRequest, config: HealthOmicsConfig): StartRunBatchCommandInput {
  const { token, owner, name, labels, defaults, runs } = request;
  const tags = {
    ...labels,
    [OWN_TAGS.owner]: owner,
    [OWN_TAGS.token]: token,
    ...(name !== undefined && { [OWN_TAGS.name]: name }),
    ...('uri' in runs && { [OWN_TAGS.runList]: runs.uri }),
  };
  const problem = problemOfTags(tags);
  if (problem !== undefined) {
    const message = `labels, with the tags that anysession adds: ${problem}`;
    throw new SessionError('invalid-request', message, { operation: 'startBatch', provider: 'healthomics' });
  }
  return {
    requestId: token,
    batchName: token,
    defaultRunSetting: toDefaultRunSetting(defaults, config),
    // The service accepts exactly one member.
    batchRunSettings: 'uri' in runs ? { s3UriSettings: runs.uri } : { inlineSettings: runs.map(toRunSetting) },
    tags,
  };
}
