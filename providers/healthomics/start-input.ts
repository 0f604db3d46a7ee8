import type { StartRunBatchCommandInput } from '@aws-sdk/client-omics';
import type { BatchStartRequest } from '../../src/contract/batch-provider.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { OWN_TAGS } from './observation.ts';
import type { HealthOmicsConfig } from './options.ts';
import { problemOfTags, toDefaultRunSetting, toRunSetting } from './run-setting.ts';

/**
 * Writes the request that starts a batch. The batch's name is the start token: ListBatch shows and filters by names, never
 * by tags, so a lost answer can be looked up there; the name that people gave goes into a tag.
 *
 * @throws SessionError `invalid-request` for labels that are no tags.
 */
export function toStartInput(request: BatchStartRequest, config: HealthOmicsConfig): StartRunBatchCommandInput {
  const { token, owner, name, labels, defaults, runs } = request;
  const staged = 'uri' in runs ? runs : undefined;
  const tags = {
    ...labels,
    [OWN_TAGS.owner]: owner,
    [OWN_TAGS.token]: token,
    ...(name !== undefined && { [OWN_TAGS.name]: name }),
    ...(staged !== undefined && { [OWN_TAGS.runList]: staged.uri }),
  };
  const problem = problemOfTags(tags);
  if (problem !== undefined) {
    const message = `labels, with those of anysession's own: ${problem}`;
    throw new SessionError('invalid-request', message, { operation: 'start', provider: 'healthomics' });
  }
  return {
    requestId: token,
    batchName: token,
    defaultRunSetting: toDefaultRunSetting(defaults, config),
    // Exactly one member: the SDK would send both.
    batchRunSettings: 'uri' in runs ? { s3UriSettings: runs.uri } : { inlineSettings: runs.map(toRunSetting) },
    tags,
  };
}
