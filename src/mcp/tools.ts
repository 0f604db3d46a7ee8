import { END_TOOLS } from './end-tools.ts';
import { READING_TOOLS } from './session-tools.ts';
import { SQL_TOOL } from './sql-tool.ts';
import { START_TOOL } from './start-tool.ts';
import type { Tool } from './tool.ts';
import { USAGE_TOOL } from './usage-tool.ts';

/** All tools, in the order in which clients list them. The guide's table is generated from it. */
export const TOOLS: readonly Tool[] = [...READING_TOOLS, START_TOOL, SQL_TOOL, USAGE_TOOL, ...END_TOOLS];
