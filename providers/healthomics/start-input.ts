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
  const problem = problemOfTags(labels);
  if (problem !== undefined) {
    throw new SessionError('invalid-request', `labels: ${problem}`, { operation: 'start', provider: 'healthomics' });
  }
  const staged = 'uri' in runs ? runs : undefined;
  return {
    requestId: token,
    batchName: token,
    defaultRunSetting: toDefaultRunSetting(defaults, config),
    // Exactly one member: the SDK would send both.
    batchRunSettings: 'uri' in runs ? { s3UriSettings: runs.uri } : { inlineSettings: runs.map(toRunSetting) },
    tags: {
      ...labels,
      [OWN_TAGS.owner]: owner,
      [OWN_TAGS.token]: token,
      ...(name !== undefined && { [OWN_TAGS.name]: name }),
      ...(staged !== undefined && { [OWN_TAGS.runList]: staged.uri }),
    },
  };
}
