import { CreateSessionCommand, GlueClient } from '@aws-sdk/client-glue';
import { expect, it } from 'vitest';
import { cloud } from './clouds.ts';

it('a start names the live session of somebody else that has the name of its key', async (context) => {
  const { emulator, run } = await cloud('glue', context);
  const planned = await run(['--json', 'start', '--dry-run', '--key', 'nightly']);
  const [{ input }] = JSON.parse(planned.stdout) as [{ readonly input: { readonly Id: string } }];
  const client = new GlueClient({
    region: 'us-east-1',
    endpoint: emulator.urls.glue,
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'none' },
  });
  context.onTestFinished(() => client.destroy());
  const Command = { Name: 'glueetl', PythonVersion: '3' };
  await client.send(
    new CreateSessionCommand({
      ...input,
      Command,
      Role: 'arn:aws:iam::123456789012:role/spark',
      Description: 'plain',
      Tags: {},
    }),
  );
  const { code, stderr } = await run(['start', '--key', 'nightly']);
  expect(code).toBe(5);
  expect(stderr).toMatch(`key 'nightly': the name ${input.Id} is taken by a session of someone else (`);
  expect(stderr).not.toContain('has ended');
  // The next generation of the key has another name.
  const restarted = await run(['start', '--key', 'nightly', '--restart']);
  expect(restarted).toMatchObject({ code: 0, stdout: expect.stringMatching(/-2"\}\n$/) as string });
});
