import type { RestOperation } from '../rest-json.ts';
import { operation, type Call } from '../service.ts';
import type { EmrAccount } from './emr-account.ts';
import { ONE_RESOURCE, TAG_RESOURCE, UNTAG_RESOURCE } from './emr-serverless-shapes.ts';

const TAGS = '/tags/{resourceArn}';

/** The tags of applications and of the sessions in them. */
export function tagOperations(account: EmrAccount): Readonly<Record<string, RestOperation>> {
  return {
    TagResource: {
      method: 'POST',
      path: TAGS,
      definition: operation({
        input: TAG_RESOURCE,
        run({ resourceArn: arn, tags }, call) {
          requireResource(account, arn, call);
          account.tags.add(arn, tags);
          return {};
        },
      }),
    },
    UntagResource: {
      method: 'DELETE',
      path: TAGS,
      query: ['tagKeys'],
      definition: operation({
        input: UNTAG_RESOURCE,
        run({ resourceArn: arn, tagKeys: keys }, call) {
          requireResource(account, arn, call);
          account.tags.remove(arn, keys);
          return {};
        },
      }),
    },
    ListTagsForResource: {
      method: 'GET',
      path: TAGS,
      definition: operation({
        input: ONE_RESOURCE,
        run({ resourceArn: arn }, call) {
          requireResource(account, arn, call);
          return { tags: account.tags.of(arn) };
        },
      }),
    },
  };
}

/** @throws ServiceError when there is no such application or session here. */
function requireResource(account: EmrAccount, arn: string, call: Call): void {
  const session = account.requireTagged(arn);
  if (session !== undefined) call.touches(session);
}
