import { operation, type Call, type Operation } from '../service.ts';
import type { AthenaAccount } from './athena-account.ts';
import { invalidRequest } from './athena-errors.ts';
import { LIST_TAGS, TAG_RESOURCE, UNTAG_RESOURCE } from './athena-shapes.ts';
import { refuseReserved, toTagMap } from './tags.ts';

/** The size of a page that the caller leaves open, which is also the smallest one. */
const PAGE_SIZE = 75;

/**
 * The tags of workgroups and of the sessions in them.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html (sessions are resources with tags; read 2026-11-21)
 */
export function tagOperations(account: AthenaAccount): Readonly<Record<string, Operation>> {
  return {
    TagResource: operation({
      input: TAG_RESOURCE,
      run({ ResourceARN: arn, Tags: tags }, call) {
        requireResource(account, arn, call);
        account.tags.add(arn, toTagMap(tags));
        return {};
      },
    }),
    UntagResource: operation({
      input: UNTAG_RESOURCE,
      run({ ResourceARN: arn, TagKeys: keys }, call) {
        requireResource(account, arn, call);
        keys.forEach(refuseReserved);
        account.tags.remove(arn, keys);
        return {};
      },
    }),
    ListTagsForResource: operation({
      input: LIST_TAGS,
      run({ ResourceARN: arn, MaxResults: size, NextToken: token }, call) {
        requireResource(account, arn, call);
        const tags = account.tags.of(arn);
        const page = account.pages.turn({
          listing: `ListTagsForResource ${arn}`,
          ids: () => Object.keys(tags),
          pageSize: size ?? PAGE_SIZE,
          token,
          empty: call.emptyPage,
          foreign: () => invalidRequest('The NextToken is not valid.'),
        });
        const listed = page.ids.filter((key) => Object.hasOwn(tags, key));
        return { Tags: listed.map((key) => ({ Key: key, Value: tags[key] })), NextToken: page.nextToken };
      },
    }),
  };
}

/** @throws ServiceError when there is no such workgroup or session here. */
function requireResource(account: AthenaAccount, arn: string, call: Call): void {
  const session = account.requireTagged(arn);
  if (session !== undefined) call.touches(session);
}
