/**
 * Compares the public API of each entry point with its report in `docs/api/`; with `--local` it writes the reports.
 * A symbol without a comment, or with a comment that does not parse, fails too.
 */
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
  type IExtractorMessagesConfig,
} from '@microsoft/api-extractor';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPORTS = join(ROOT, 'docs/api');
const TEMPORARY = join(ROOT, 'reports/api');
const ROOT_ENTRY = './dist/src/index.d.ts';

/** The declaration file of each entry point of package.json, by the name of its report. */
function entryPoints(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { types: string } | string | null>;
  };
  const providers = readdirSync(join(ROOT, 'providers')).filter((id) => !id.startsWith('_'));
  return Object.fromEntries(
    Object.entries(exports).flatMap(([path, target]) => {
      if (target === null || typeof target === 'string') return [];
      const ids = path.includes('*') ? providers : [''];
      return ids.map((id) => [
        path.replace('.', 'anysession').replace('*', id).replaceAll('/', '-'),
        target.types.replace('*', id),
      ]);
    }),
  );
}

const COMPLAINTS: ReadonlySet<ExtractorLogLevel> = new Set([ExtractorLogLevel.Warning, ExtractorLogLevel.Error]);

const messages = (entry: string): IExtractorMessagesConfig => ({
  extractorMessageReporting: {
    default: { logLevel: ExtractorLogLevel.Warning },
    'ae-undocumented': { logLevel: ExtractorLogLevel.Warning },
    // Types that the root mentions and does not export must be exported by another entry; the other entries use the root's.
    'ae-forgotten-export': { logLevel: entry === ROOT_ENTRY ? ExtractorLogLevel.Warning : ExtractorLogLevel.None },
    // Everything exported is public; a tag on each symbol would say nothing.
    'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
    // Reported by the compiler already, and wrongly for links into other files.
    'ae-unresolved-link': { logLevel: ExtractorLogLevel.None },
  },
  tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.Warning } },
});

/** The names that the root mentions and another entry exports, for those who write providers. */
const exportedElsewhere: ReadonlySet<string> = new Set(
  ['dist/src/provider-kit/index.d.ts', 'dist/src/batches.d.ts'].flatMap((file) =>
    Array.from(readFileSync(join(ROOT, file), 'utf8').matchAll(/\b[A-Z]\w+/g), ([name]) => name),
  ),
);

const isExportedElsewhere = ({ messageId, text }: ExtractorMessage): boolean =>
  messageId === 'ae-forgotten-export' && exportedElsewhere.has(/"(\w+)"/.exec(text)?.[1] ?? '');

/** Every export needs a comment; a member, a line that is indented, need not: its name may say it all. */
const isForgiven = (message: ExtractorMessage): boolean =>
  message.messageId === 'ae-undocumented' && message.sourceFileColumn !== 1;

function check(name: string, entry: string, local: boolean): boolean {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: join(ROOT, entry),
      compiler: { tsconfigFilePath: join(ROOT, '.config/tsconfig.api.json') },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: REPORTS,
        reportTempFolder: TEMPORARY,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      newlineKind: 'lf',
      messages: messages(entry),
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
  });
  // Counted here: the extractor's own count of warnings includes those that were forgiven.
  let complaints = 0;
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: local,
    messageCallback(message) {
      if (isForgiven(message) || isExportedElsewhere(message)) message.handled = true;
      else if (COMPLAINTS.has(message.logLevel)) complaints += 1;
    },
  });
  const succeeded = complaints === 0 && (local || !apiReportChanged);
  console.log(
    `${succeeded ? 'ok' : 'FAILED'} ${name}${apiReportChanged ? ' (the API changed: npm run api -- --local)' : ''}`,
  );
  return succeeded;
}

const local = process.argv.includes('--local');
mkdirSync(REPORTS, { recursive: true });
mkdirSync(TEMPORARY, { recursive: true });
const results = Object.entries(entryPoints()).map(([name, entry]) => check(name, entry, local));
process.exitCode = results.every(Boolean) ? 0 : 1;
