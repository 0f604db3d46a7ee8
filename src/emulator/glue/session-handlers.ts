import { epochSeconds } from '../aws/aws-protocols.ts';
import type { Handlers } from '../service.ts';
import { showsUsage } from '../session-options.ts';
import type { GlueAccount } from './glue-account.ts';
import { toSession } from './glue-answers.ts';
import { glueError } from './glue-errors.ts';
import type { SESSION_INPUTS } from './glue-inputs.ts';

/** The length of an endpoint token in bytes. It is in base64, with `=`, as clients report of the service's tokens. */
const TOKEN_BYTES = 1_000;

export function sessionHandlers(account: GlueAccount): Handlers<typeof SESSION_INPUTS> {
  const { config, world, tags } = account;
  return {
    CreateSession(request, call) {
      const session = account.create(call, request);
      const phase = { state: session.state, reason: undefined, sinceMs: session.startedAtMs };
      return { Session: toSession(session, phase, showsUsage(config, true)) };
    },
    GetSession({ Id: id }, call) {
      const { session, phase } = account.seen(call, id);
      return { Session: toSession(session, phase, showsUsage(config, session.live)) };
    },
    ListSessions(request, call) {
      const wanted = Object.entries(request.Tags ?? {});
      const listed = account.listed(world.accountId).filter(({ session }) => {
        const has = tags.of(session.arn);
        return (config.listsEnded || session.live) && wanted.every(([key, value]) => has[key] === value);
      });
      const all = listed.map(
        ({ session, phase }) => [session.id, toSession(session, phase, showsUsage(config, session.live))] as const,
      );
      const { rows, nextToken } = account.pages.list(call, request, all.toReversed());
      return { Sessions: rows, Ids: rows.map((row) => (row as { readonly Id: string }).Id), NextToken: nextToken };
    },
    StopSession({ Id: id }, call) {
      const session = account.changed(call, id);
      const { state, live } = session;
      const isRefused =
        !live || state === 'STOPPING' ? config.stopEnded : state === 'PROVISIONING' ? config.stopProvisioning : 'ok';
      if (isRefused !== 'ok') throw account.illegalState(session);
      session.stop();
      return { Id: id };
    },
    DeleteSession({ Id: id }, call) {
      const session = account.changed(call, id);
      if (session.live && config.deleteLive !== 'ok') throw account.illegalState(session);
      session.vanish(config.deletionMs);
      world.timeline.settle();
      return { Id: id };
    },
    GetSessionEndpoint({ SessionId: id }, call) {
      const { session } = account.seen(call, id);
      if (!session.connects) {
        throw glueError('OperationNotSupportedException', `Session ${id} is a LIVY session and has no endpoint.`);
      }
      if (session.state !== 'READY') {
        throw glueError(
          config.endpointNotReadyCode,
          `Session ${id} is in ${session.state} status and has no endpoint.`,
        );
      }
      const { token, expiresAtMs } = account.issueEndpointToken(session, { bytes: TOKEN_BYTES, encoding: 'base64' });
      const url = world.connect.url.replace(/^http:/, 'sc:');
      return { SparkConnect: { Url: url, AuthToken: token, AuthTokenExpirationTime: epochSeconds(expiresAtMs) } };
    },
    GetDashboardUrl({ ResourceId: id, ResourceType: type }, call) {
      if (type !== 'SESSION') throw glueError('EntityNotFoundException', `Job run ${id} not found.`);
      account.seen(call, id);
      const host = `${encodeURIComponent(id)}.dashboard.glue.${world.region}.amazonaws.com`;
      return { Url: `https://${host}/?authToken=${world.random.hex(32)}` };
    },
    TagResource({ ResourceArn: arn, TagsToAdd: added }, call) {
      account.tagged(call, arn);
      tags.add(arn, added);
      return {};
    },
    UntagResource({ ResourceArn: arn, TagsToRemove: keys }, call) {
      account.tagged(call, arn);
      tags.remove(arn, keys);
      return {};
    },
    GetTags({ ResourceArn: arn }, call) {
      account.tagged(call, arn);
      return { Tags: tags.of(arn) };
    },
  };
}
