#!/usr/bin/env node
import { Console } from 'node:console';
import module from 'node:module';

// From Node.js 22.8 on, so not in the types of 20: the second run compiles nothing anew.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
// The cloud SDKs would otherwise write to stderr, into the middle of the one error object of --json.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
// Config files and providers are code, and may log. Only results go to stdout.
Object.assign(console, new Console(process.stderr));

const { reportFailure, runCli } = await import('./run-cli.ts');
const { createProcessTerminal } = await import('./process-terminal.ts');
const args = process.argv.slice(2);
const { terminal, end } = createProcessTerminal((error, on) => reportFailure(error, args, on));
end(await runCli(args, terminal));
